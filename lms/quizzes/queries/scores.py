"""The scores of one quiz over everybody whom somebody may see: four statements, whatever the number of people."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.assignments.models import Assignment, AssignmentItem
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.core.points import percent
from lms.quizzes.models import Attempt, AttemptItem, Presence
from lms.quizzes.queries.sittings import MISTAKES
from lms.quizzes.rules.attempts import CLOSED, State
from lms.quizzes.rules.scores import Line, Round, Standing, Try, Who, line_of, round_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines. team_id: the team and all below. occasion: attempts of this round only. since: ended from then on.

    "" or None = all.
    """

    team_id: int | None = None
    standing: Standing | None = None
    occasion: Round | None = None
    since: datetime | None = None
    words: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether only some attempts are meant: who has none of them is then not in the list."""
        return self.occasion is not None or self.since is not None


def scores(actor: Actor, document_id: int, wanted: Wanted) -> list[Line]:
    """Return a line for each person who sat the quiz, sits it or owes it, of those whom the actor may see."""
    tries = _tries(actor, document_id, wanted)
    sitting = _sitting(actor, document_id)
    people = {**({} if wanted.is_narrow else {**_owing(actor, document_id), **sitting}), **tries.who}
    below = None if wanted.team_id is None else teams_below([wanted.team_id])
    words = wanted.words.strip().casefold()
    found = []
    for person_id, who in people.items():
        if below is not None and who.team_id not in below:
            continue
        if words and words not in who.name.casefold() and words not in who.employee_no.casefold():
            continue
        line = line_of(who, tries.by_person[person_id], sitting=person_id in sitting)
        if wanted.standing is None or line.standing is wanted.standing:
            found.append(line)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tries:
    who: dict[int, Who]
    by_person: defaultdict[int, list[Try]]


_WHO = (Person.id, Person.name, Person.employee_no, Person.team_id, Team.name.label("team"))


def _who(row: Any) -> Who:
    return Who(
        id=row.id,
        name=row.name or "",
        employee_no=row.employee_no or "",
        team=row.team or "",
        team_id=row.team_id,
    )


def _tries(actor: Actor, document_id: int, wanted: Wanted) -> _Tries:
    waiting = (
        select(AttemptItem.attempt_id, func.count().label("waiting"))
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.document_id == document_id, AttemptItem.waiting)
        .group_by(AttemptItem.attempt_id)
        .subquery()
    )
    found = (
        select(
            *_WHO,
            Attempt.public_id,
            Attempt.occasion,
            Attempt.started_at,
            Attempt.submitted_at,
            Attempt.earned,
            Attempt.possible,
            Attempt.passed,
            Attempt.limits["paused_seconds"].as_integer().label("paused"),
            waiting.c.waiting,
            Presence.away_times,
            Presence.away_seconds,
        )
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(Presence, Presence.attempt_id == Attempt.id)
        .outerjoin(waiting, waiting.c.attempt_id == Attempt.id)
        .where(
            Attempt.document_id == document_id,
            Attempt.state.in_(CLOSED),
            Attempt.occasion != MISTAKES,
            visible(actor, Permission.QUIZ_SCORES),
        )
    )
    if wanted.since is not None:
        found = found.where(Attempt.submitted_at >= wanted.since)
    who: dict[int, Who] = {}
    by_person: defaultdict[int, list[Try]] = defaultdict(list)
    for row in rows(found):
        if wanted.occasion is not None and round_of(row.occasion) is not wanted.occasion:
            continue
        if row.id not in who:
            who[row.id] = _who(row)
        by_person[row.id].append(
            Try(
                attempt_id=row.public_id,
                occasion=row.occasion,
                ended_at=row.submitted_at,
                percent=percent(row.earned or 0, row.possible),
                passed=row.passed,
                waiting=row.waiting or 0,
                seconds=max(int((row.submitted_at - row.started_at).total_seconds()) - (row.paused or 0), 0),
                away_times=row.away_times or 0,
                away_seconds=row.away_seconds or 0,
            )
        )
    return _Tries(who=who, by_person=by_person)


def _sitting(actor: Actor, document_id: int) -> dict[int, Who]:
    found = (
        select(*_WHO)
        .join(Attempt, Attempt.person_id == Person.id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(
            Attempt.document_id == document_id,
            Attempt.state == State.OPEN.value,
            Attempt.occasion != MISTAKES,
            visible(actor, Permission.QUIZ_SCORES),
        )
    )
    return {row.id: _who(row) for row in rows(found)}


def _owing(actor: Actor, document_id: int) -> dict[int, Who]:
    """Return who has the quiz among the open items of a duty."""
    found = (
        select(*_WHO)
        .distinct()
        .join(Assignment, Assignment.person_id == Person.id)
        .join(AssignmentItem, AssignmentItem.assignment_id == Assignment.id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(
            AssignmentItem.document_id == document_id,
            AssignmentItem.done_at.is_(None),
            AssignmentItem.exempt.is_(False),
            Assignment.state == "open",
            Person.active,
            visible(actor, Permission.QUIZ_SCORES),
        )
    )
    return {row.id: _who(row) for row in rows(found)}
