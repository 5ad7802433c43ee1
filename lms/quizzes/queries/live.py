"""Who sits a quiz now, and the windows and makeups that a person who runs it may touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select, true
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import rows
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.quizzes.models import Attempt, AttemptItem, Makeup, Presence, QuizWindow
from lms.quizzes.queries.sittings import MISTAKES, seconds_between
from lms.quizzes.rules.attempts import State, is_over
from lms.quizzes.rules.makeups import MAKEUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody who sits now. saved_at: of the last answer. seen_at: last word of the page, None = it never spoke.

    away_times, away_seconds: a hint to look at, nothing more.
    """

    attempt_id: str
    name: str
    employee_no: str
    team: str
    occasion: str
    number: int
    started_at: datetime
    deadline_at: datetime | None
    paused_at: datetime | None
    answered: int
    total: int
    saved_at: datetime | None
    seen_at: datetime | None
    away_times: int
    away_seconds: int
    over: bool
    seconds_left: int | None


def seats(actor: Actor, document_id: int, now: datetime) -> list[Seat]:
    """Return who sits the quiz now of those whom the actor may manage, by team and number. Two joins, one statement."""
    said = (
        select(
            AttemptItem.attempt_id,
            func.sum(case((AttemptItem.answered, 1), else_=0)).label("answered"),
            func.max(AttemptItem.saved_at).label("saved_at"),
        )
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.document_id == document_id, Attempt.state == State.OPEN.value)
        .group_by(AttemptItem.attempt_id)
        .subquery()
    )
    found = rows(
        select(
            Attempt.public_id,
            Attempt.occasion,
            Attempt.number,
            Attempt.started_at,
            Attempt.deadline_at,
            Attempt.paused_at,
            Attempt.total,
            Person.name,
            Person.employee_no,
            Team.name.label("team"),
            said.c.answered,
            said.c.saved_at,
            Presence.seen_at,
            Presence.away_times,
            Presence.away_seconds,
        )
        .join(Person, Person.id == Attempt.person_id)
        .join(said, said.c.attempt_id == Attempt.id)
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(Presence, Presence.attempt_id == Attempt.id)
        .where(
            Attempt.document_id == document_id,
            Attempt.state == State.OPEN.value,
            Attempt.occasion != MISTAKES,
            visible(actor, Permission.QUIZ_MANAGE),
        )
        .order_by(Team.code, Person.employee_no, Attempt.id)
    )
    return [
        Seat(
            attempt_id=row.public_id,
            name=row.name or "",
            employee_no=row.employee_no or "",
            team=row.team or "",
            occasion=row.occasion,
            number=row.number,
            started_at=row.started_at,
            deadline_at=row.deadline_at,
            paused_at=row.paused_at,
            answered=int(row.answered or 0),
            total=row.total,
            saved_at=row.saved_at,
            seen_at=row.seen_at,
            away_times=row.away_times or 0,
            away_seconds=row.away_seconds or 0,
            over=is_over(row.deadline_at, now, row.paused_at),
            seconds_left=seconds_between(row.paused_at or now, row.deadline_at),
        )
        for row in found
    ]


def managed(actor: Actor, numbers: Sequence[str], field: str = "employee_no") -> dict[str, int]:
    """Return the ids of the people with these employee numbers, by number and in this order.

    Raises Invalid at the field where nobody is named, or one who is not the actor's to manage.
    """
    wanted = [number for number in dict.fromkeys(numbers) if number]
    those = select(Person.employee_no, Person.id).where(
        Person.employee_no.in_(wanted), Person.active, visible(actor, Permission.QUIZ_MANAGE)
    )
    found = {row.employee_no: row.id for row in rows(those)} if wanted else {}
    missing = next((number for number in wanted if number not in found), "")
    if missing or not wanted:
        reason = text("没有找到工号 %(no)s，或不在您管的团队里。", no=missing) if missing else text("请填工号。")
        raise Invalid(reason, fields={field: reason})
    return {number: found[number] for number in wanted}


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """One window. team, person: whose it is, both "" for everybody's. mine: the actor may change it."""

    team_id: int | None
    team: str
    person: str
    employee_no: str
    opens_at: datetime | None
    closes_at: datetime | None
    seconds: int | None
    attempts: int | None
    set_by: str
    set_at: datetime
    mine: bool


def windows(actor: Actor, document_id: int) -> list[WindowRow]:
    """Return the windows that concern the people whom the actor manages: everybody's, of their teams, their own."""
    setter: Any = aliased(Person)
    held = scopes(actor, Permission.QUIZ_MANAGE)
    every = Scope.ALL in held
    of_team = true() if every else QuizWindow.team_id.in_(actor.teams_below)
    of_person = and_(QuizWindow.person_id.is_not(None), visible(actor, Permission.QUIZ_MANAGE))
    common = and_(QuizWindow.team_id.is_(None), QuizWindow.person_id.is_(None))
    found = rows(
        select(
            QuizWindow.team_id,
            QuizWindow.person_id,
            QuizWindow.opens_at,
            QuizWindow.closes_at,
            QuizWindow.seconds,
            QuizWindow.attempts,
            QuizWindow.set_at,
            Team.name.label("team"),
            Person.name,
            Person.employee_no,
            setter.name.label("setter"),
        )
        .outerjoin(Team, Team.id == QuizWindow.team_id)
        .outerjoin(Person, Person.id == QuizWindow.person_id)
        .outerjoin(setter, setter.id == QuizWindow.set_by)
        .where(
            QuizWindow.document_id == document_id,
            or_(common, and_(QuizWindow.team_id.is_not(None), of_team), of_person),
        )
        .order_by(case((common, 0), (QuizWindow.team_id.is_not(None), 1), else_=2), Team.code, Person.employee_no)
    )
    return [
        WindowRow(
            team_id=row.team_id,
            team=row.team or "",
            person=row.name or "",
            employee_no=row.employee_no or "",
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            seconds=row.seconds,
            attempts=row.attempts,
            set_by=row.setter or "",
            set_at=row.set_at,
            mine=every or row.team_id is not None or row.person_id is not None,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeupRow:
    """One makeup with what came of it. tries: attempts in it. passed: None while none of them is marked."""

    public_id: str
    name: str
    employee_no: str
    team: str
    number: int
    attempts: int
    opens_at: datetime | None
    closes_at: datetime | None
    reason: str
    given_by: str
    given_at: datetime
    withdrawn_at: datetime | None
    tries: int
    sitting: bool
    passed: bool | None


def makeups(actor: Actor, document_id: int) -> list[MakeupRow]:
    """Return the makeups of the people whom the actor manages, the latest first: two statements."""
    giver: Any = aliased(Person)
    found = rows(
        select(
            Makeup.public_id,
            Makeup.person_id,
            Makeup.number,
            Makeup.attempts,
            Makeup.opens_at,
            Makeup.closes_at,
            Makeup.reason,
            Makeup.given_at,
            Makeup.withdrawn_at,
            Person.name,
            Person.employee_no,
            Team.name.label("team"),
            giver.name.label("giver"),
        )
        .join(Person, Person.id == Makeup.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(giver, giver.id == Makeup.given_by)
        .where(Makeup.document_id == document_id, visible(actor, Permission.QUIZ_MANAGE))
        .order_by(Makeup.given_at.desc(), Makeup.id.desc())
    ).all()
    sat = _sat(document_id) if found else {}
    return [
        MakeupRow(
            public_id=row.public_id,
            name=row.name or "",
            employee_no=row.employee_no or "",
            team=row.team or "",
            number=row.number,
            attempts=row.attempts,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            reason=row.reason,
            given_by=row.giver or "",
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
            tries=len(tries),
            sitting=any(state == State.OPEN for state, _ in tries),
            passed=_verdict([passed for state, passed in tries if state != State.OPEN]),
        )
        for row in found
        for tries in (sat.get((row.person_id, f"{MAKEUP}{row.number}"), []),)
    ]


def _sat(document_id: int) -> dict[tuple[int, str], list[tuple[str, bool | None]]]:
    wanted = select(Attempt.person_id, Attempt.occasion, Attempt.state, Attempt.passed).where(
        Attempt.document_id == document_id, Attempt.occasion.like(f"{MAKEUP}%"), Attempt.state != State.VOIDED.value
    )
    found: dict[tuple[int, str], list[tuple[str, bool | None]]] = {}
    for row in rows(wanted):
        found.setdefault((row.person_id, row.occasion), []).append((row.state, row.passed))
    return found


def _verdict(results: list[bool | None]) -> bool | None:
    if any(results):
        return True
    return None if not results or None in results else False
