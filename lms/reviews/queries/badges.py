"""Reading badges: who has which, and the deeds on which they rest."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from lms.accounts.models import Person
from lms.assignments.models import Assignment, AssignmentItem
from lms.core.db import rows, session
from lms.core.here import day_of
from lms.core.i18n import current_locale
from lms.core.texts import Text
from lms.kb.models import Suggestion
from lms.kb.rules.suggesting import State
from lms.learning.models import Certificate
from lms.quizzes.models import Attempt
from lms.reviews.models import BadgeGrant, BadgeKind
from lms.reviews.queries.award_figures import GRADED
from lms.reviews.rules.badges import BADGES, Badge, Deeds, Rule

_OF_PERSON = select(BadgeGrant.badge, BadgeGrant.day).where(BadgeGrant.person_id == bindparam("person_id"))


_KINDS = select(*BadgeKind.__table__.c).order_by(BadgeKind.id)


def badges(*, every: bool = False, locale: str = "") -> dict[str, Badge]:
    """Return what badges there are, by code: those of the academy, changed where the company did, then its own.

    every: also those that are given no more. locale: in whose language; "" = that of this request.
    """
    english = (locale or current_locale()) == "en"
    found = {badge.code: badge for badge in BADGES}
    for row in rows(_KINDS):
        if not row.active and not every:
            found.pop(row.code, None)
            continue
        came = found.get(row.code)
        found[row.code] = Badge(
            code=row.code,
            name=_words(row.name, row.name_en, came.name if came else None, english=english),
            how=_words(row.how, row.how_en, came.how if came else None, english=english),
            mark=Text(row.mark) if came is None or row.mark != came.mark.id else came.mark,
            rule=Rule(row.rule),
            threshold=row.threshold,
        )
    return found


def _words(chinese: str, foreign: str, came: Text | None, *, english: bool) -> Text:
    """Return words of the company's; a sentence that came with the academy and was left keeps its translation."""
    if english and foreign:
        return Text(foreign)
    return came if came is not None and chinese == came.id else Text(chinese)


def kind(code: str) -> BadgeKind | None:
    """Return what the company wrote of a badge; None where it is as it came, or there is none."""
    return session().scalars(select(BadgeKind).where(BadgeKind.code == code)).one_or_none()


def of_person(person_id: int) -> list[tuple[Badge, date]]:
    """Return the badges of a person with the days on which they were reached, the latest first."""
    held = list(rows(_OF_PERSON, {"person_id": person_id}))
    known = badges(every=True) if held else {}
    found = [(known[code], day) for code, day in held if code in known]
    order = {code: at for at, code in enumerate(known)}
    return sorted(found, key=lambda each: (-each[1].toordinal(), order[each[0].code]))


def how_many_have() -> dict[str, int]:
    """Return how many people who work here have each badge."""
    statement = (
        select(BadgeGrant.badge, func.count().label("n"))
        .join(Person, Person.id == BadgeGrant.person_id)
        .where(Person.active)
        .group_by(BadgeGrant.badge)
    )
    return {row.badge: row.n for row in rows(statement)}


def incomplete() -> list[int]:
    """Return who works here and has not every badge yet that is given."""
    given = list(badges())
    mine = and_(BadgeGrant.person_id == Person.id, BadgeGrant.badge.in_(given))
    has = select(func.count()).where(mine).correlate(Person).scalar_subquery()
    return list(rows(select(Person.id).where(Person.active, has < len(given)).order_by(Person.id)).scalars())


def deeds_of(person_ids: Collection[int], today: date) -> dict[int, Deeds]:
    """Return what the badges of these people rest on, up to today."""
    ids = list(person_ids)
    full: dict[int, list[date]] = {id: [] for id in ids}
    shares: dict[int, list[date]] = {id: [] for id in ids}
    certified: dict[int, list[date]] = {id: [] for id in ids}
    due: dict[int, list[tuple[date, bool]]] = {id: [] for id in ids}
    papers = select(Attempt.person_id, Attempt.submitted_at).where(
        Attempt.person_id.in_(ids),
        Attempt.state.in_(("submitted", "expired")),
        Attempt.mode.in_(GRADED),
        Attempt.possible > 0,
        Attempt.earned == Attempt.possible,
        Attempt.submitted_at.is_not(None),
    )
    taken = select(Suggestion.person_id, Suggestion.decided_at).where(
        Suggestion.person_id.in_(ids), Suggestion.state == State.ACCEPTED, Suggestion.decided_at.is_not(None)
    )
    for statement, found in ((papers, full), (taken, shares)):
        for person, at in rows(statement):
            found[person].append(day_of(at))
    given = select(Certificate.person_id, Certificate.valid_from).where(
        Certificate.person_id.in_(ids), Certificate.revoked_at.is_(None), Certificate.valid_from <= today
    )
    for person, day in rows(given):
        certified[person].append(day)
    for person, day, done_at in rows(_due(ids, today)):
        done = done_at is not None and day_of(done_at) <= day
        if done or day < today:
            due[person].append((day, done))
    return {id: Deeds(full=full[id], shares=shares[id], certified=certified[id], due=due[id]) for id in ids}


def _due(ids: Collection[int], today: date) -> Any:
    """Return everything required that fell due up to today: whose, its day (the later one where it was extended)."""
    day = func.coalesce(AssignmentItem.extended_to, AssignmentItem.due_on)
    return (
        select(Assignment.person_id, day, AssignmentItem.done_at)
        .join(AssignmentItem, AssignmentItem.assignment_id == Assignment.id)
        .where(
            Assignment.person_id.in_(ids),
            Assignment.state.in_(("open", "done")),
            AssignmentItem.required,
            ~AssignmentItem.exempt,
            AssignmentItem.due_on.is_not(None),
            day <= today,
        )
    )
