"""Reading badges: who has which, and the deeds on which they rest."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select

from lms.accounts.models import Person
from lms.assignments.models import Assignment, AssignmentItem
from lms.core.db import rows
from lms.core.here import day_of
from lms.kb.models import Suggestion
from lms.kb.rules.suggesting import State
from lms.learning.models import Certificate
from lms.quizzes.models import Attempt
from lms.reviews.models import BadgeGrant
from lms.reviews.queries.award_figures import GRADED
from lms.reviews.rules.badges import BADGES, BY_CODE, Badge, Deeds

_OF_PERSON = select(BadgeGrant.badge, BadgeGrant.day).where(BadgeGrant.person_id == bindparam("person_id"))


def of_person(person_id: int) -> list[tuple[Badge, date]]:
    """Return the badges of a person with the days on which they were reached, the latest first."""
    found = [(BY_CODE[code], day) for code, day in rows(_OF_PERSON, {"person_id": person_id}) if code in BY_CODE]
    order = {badge.code: at for at, badge in enumerate(BADGES)}
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
    """Return who works here and has not every badge yet."""
    has = select(func.count()).where(BadgeGrant.person_id == Person.id).correlate(Person).scalar_subquery()
    return list(rows(select(Person.id).where(Person.active, has < len(BADGES)).order_by(Person.id)).scalars())


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
