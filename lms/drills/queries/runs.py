"""All runs of one drill, for those who see results: two statements, whatever the number of people."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.here import day_of
from lms.core.plain import from_plain
from lms.drills.models import Run, RunEvent, RunLookup, RunReview, TeamDrill
from lms.drills.queries.ended import ENDED
from lms.drills.rules.lanes import Kind
from lms.drills.rules.score import Result

MOST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which runs. passed, practice: None = whichever. team_id: the team and all below. first, last: days, included."""

    team_id: int | None = None
    passed: bool | None = None
    team_drill_id: int | None = None
    first: date | None = None
    last: date | None = None
    waiting: bool = False
    words: str = ""
    practice: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One run. first_ms: how long the first customer waited for the first reply, None where he got none.

    lookups: how often something was looked up. rating: of the reviewer, None without one. reviewed: somebody has.
    """

    public_id: str
    number: int
    person: str
    employee_no: str
    team: str
    ended_at: datetime
    seconds: int
    whole: Result
    practice: bool
    first_ms: int | None
    lookups: int
    waiting: bool
    reviewed: bool
    rating: int | None
    self_rated: bool
    team_drill: str

    @property
    def total(self) -> Fraction:
        return self.whole.total

    @property
    def passed(self) -> bool:
        return self.whole.passed

    def score_of(self, name: str) -> Fraction | None:
        """Return the score of a dimension, None where it was not shown."""
        return next((each.score for each in self.whole.dimensions if each.name == name), None)


def runs(actor: Actor, document_id: int, wanted: Wanted) -> list[Line]:
    """Return the ended runs of a drill of everybody whom the actor may see, the latest first, at most MOST."""
    first = (
        select(RunEvent.run_id, func.min(RunEvent.seq).label("seq"))
        .where(RunEvent.kind.in_((Kind.CHOICE.value, Kind.TEXT.value)), RunEvent.lane == 0)
        .group_by(RunEvent.run_id)
        .subquery()
    )
    looked = select(RunLookup.run_id, func.count().label("lookups")).group_by(RunLookup.run_id).subquery()
    statement = (
        select(
            Run,
            Person.name,
            Person.employee_no,
            Person.team_id,
            Team.name.label("team"),
            RunEvent.milliseconds,
            looked.c.lookups,
            RunReview.rating,
            RunReview.by_id,
            TeamDrill.title.label("team_drill"),
        )
        .options(undefer(Run.result))
        .join(Person, Person.id == Run.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(first, first.c.run_id == Run.id)
        .outerjoin(RunEvent, and_(RunEvent.run_id == Run.id, RunEvent.seq == first.c.seq))
        .outerjoin(looked, looked.c.run_id == Run.id)
        .outerjoin(RunReview, RunReview.run_id == Run.id)
        .outerjoin(TeamDrill, TeamDrill.id == Run.team_drill_id)
        .where(
            Run.document_id == document_id,
            Run.state == ENDED,
            Run.result.is_not(None),
            visible(actor, Permission.DRILL_RESULTS),
            or_(Run.person_id != actor.id, Run.self_rated_at.is_not(None)),  # one's own score only after the rating
        )
        .order_by(Run.ended_at.desc(), Run.id.desc())
        .limit(MOST)
    )
    if wanted.passed is not None:
        statement = statement.where(Run.passed.is_(wanted.passed))
    if wanted.team_drill_id is not None:
        statement = statement.where(Run.team_drill_id == wanted.team_drill_id)
    if wanted.waiting:
        statement = statement.where(Run.waiting)
    if wanted.practice is not None:
        statement = statement.where(Run.from_scene != "" if wanted.practice else Run.from_scene == "")
    below = None if wanted.team_id is None else set(teams_below([wanted.team_id]))
    return [line for row in session().execute(statement) if _fits(row, wanted, below) for line in (_line(row),)]


def team_drills_of(document_id: int) -> Sequence[Any]:
    """Return id and title of the team drills of a drill, the latest first."""
    return (
        session()
        .execute(
            select(TeamDrill.id, TeamDrill.title, TeamDrill.opens_at)
            .where(TeamDrill.document_id == document_id)
            .order_by(TeamDrill.opens_at.desc())
        )
        .all()
    )


def _fits(row: Any, wanted: Wanted, below: set[int] | None) -> bool:
    words = wanted.words.strip().casefold()
    if words and words not in (row.name or "").casefold() and words not in (row.employee_no or "").casefold():
        return False
    if below is not None and row.team_id not in below:
        return False
    day = day_of(row.Run.ended_at)
    return (wanted.first is None or wanted.first <= day) and (wanted.last is None or day <= wanted.last)


def _line(row: Any) -> Line:
    run: Run = row.Run
    assert run.ended_at is not None
    assert run.result is not None
    return Line(
        public_id=run.public_id,
        number=run.number,
        person=row.name or "",
        employee_no=row.employee_no or "",
        team=row.team or "",
        ended_at=run.ended_at,
        seconds=max(int((run.ended_at - run.started_at).total_seconds()), 0),
        whole=from_plain(Result, run.result["together"]),
        practice=bool(run.from_scene),
        first_ms=row.milliseconds,
        lookups=row.lookups or 0,
        waiting=run.waiting,
        reviewed=row.by_id is not None,
        rating=row.rating,
        self_rated=run.self_rated_at is not None,
        team_drill=row.team_drill or "",
    )


_KEYS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: (line.team, line.employee_no),
    "ended": lambda line: line.ended_at,
    "total": lambda line: line.total,
    "end": lambda line: line.whole.end.value,
    "first": lambda line: line.first_ms,
    "lookups": lambda line: line.lookups,
    "rating": lambda line: line.rating,
    "seconds": lambda line: line.seconds,
}
SORTS = tuple(_KEYS)


def in_order(lines: Iterable[Line], sort: str, *, descending: bool = False) -> list[Line]:
    """Return the lines in order; who has nothing in the column comes last, whichever way it runs."""
    key = _KEYS[sort]
    every = list(lines)
    having = [line for line in every if key(line) is not None]
    return sorted(having, key=key, reverse=descending) + [line for line in every if key(line) is None]
