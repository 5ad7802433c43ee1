"""Results of a package, for those who look after people: who, how it stands, score, time, and each answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.content.models import Revision
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.points import Points
from lms.courseware.models import CoursewareAttempt, CoursewareState
from lms.courseware.queries.packages import manifest_of
from lms.courseware.rules import cmi
from lms.courseware.rules.starting import interactions

MOST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One attempt. version: of the document, with which it was begun. earned, possible: None without a score."""

    public_id: str
    person: str
    employee_no: str
    team: str
    number: int
    version: int
    state: str
    status: str
    met: bool
    earned: Points | None
    possible: Points | None
    seconds: int
    started_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSaid:
    """What one part of a package has said. statuses: as it says itself; location: where the learner was."""

    title: str
    statuses: tuple[str, ...]
    score: str
    seconds: int
    answers: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    line: Line
    document_id: int
    edition: str
    parts: tuple[PartSaid, ...]


def results(
    actor: Actor, document_id: int, *, team_id: int | None = None, status: str = "", words: str = ""
) -> list[Line]:
    """Return the attempts of everybody whom the actor may see, the latest first, at most MOST.

    team_id: the team and all below. status: of rules/verdict.py, "" = whichever. words: of a name or number.
    """
    statement = _lines(actor).where(CoursewareAttempt.document_id == document_id)
    if status:
        statement = statement.where(CoursewareAttempt.status == status)
    if team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([team_id])))
    plain = words.strip()
    if plain:
        statement = statement.where(
            or_(
                Person.name.contains(plain, autoescape=True),
                Person.employee_no.icontains(plain, autoescape=True),
            )
        )
    found = session().execute(statement.order_by(CoursewareAttempt.last_at.desc(), CoursewareAttempt.id).limit(MOST))
    return [_line(row) for row in found]


def detail(actor: Actor, attempt_id: str) -> Detail:
    """Return one attempt with each answer. Raises NotFound, also for whom the actor may not see."""
    row = session().execute(_lines(actor).where(CoursewareAttempt.public_id == attempt_id)).one_or_none()
    if row is None:
        raise NotFound()
    attempt: CoursewareAttempt = row.CoursewareAttempt
    manifest = manifest_of(attempt.package_id)
    states = {
        each.place: each
        for each in session().scalars(select(CoursewareState).where(CoursewareState.attempt_id == attempt.id))
    }
    where = "cmi.core." if manifest.edition == "1.2" else "cmi."
    parts = []
    for place, sco in enumerate(manifest.scos):
        state = states.get(place)
        if state is None:
            continue
        session_time = cmi.hundredths(manifest.edition, state.cmi.get(f"{where}session_time", ""))
        said = (f"{where}lesson_status", f"{where}completion_status", f"{where}success_status")
        parts.append(
            PartSaid(
                title=sco.title,
                statuses=tuple(state.cmi[name] for name in said if state.cmi.get(name, "unknown") != "unknown"),
                score=state.cmi.get(f"{where}score.raw", "") or state.cmi.get(f"{where}score.scaled", ""),
                seconds=(state.hundredths + session_time) // 100,
                answers=tuple(interactions(manifest.edition, state.cmi)),
            )
        )
    return Detail(line=_line(row), document_id=attempt.document_id, edition=manifest.edition, parts=tuple(parts))


def _lines(actor: Actor) -> Any:
    return (
        select(CoursewareAttempt, Person.name, Person.employee_no, Team.name.label("team"), Revision.number)
        .join(Person, Person.id == CoursewareAttempt.person_id)
        .join(Revision, Revision.id == CoursewareAttempt.revision_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(visible(actor, Permission.REPORT_READ))
    )


def _line(row: Any) -> Line:
    attempt: CoursewareAttempt = row.CoursewareAttempt
    return Line(
        public_id=attempt.public_id,
        person=row.name or "",
        employee_no=row.employee_no or "",
        team=row.team or "",
        number=attempt.number,
        version=row.number,
        state=attempt.state,
        status=attempt.status,
        met=attempt.met,
        earned=attempt.earned,
        possible=attempt.possible,
        seconds=attempt.seconds,
        started_at=attempt.started_at,
        last_at=attempt.last_at,
    )


_KEYS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: (line.team, line.employee_no),
    "last": lambda line: line.last_at,
    "score": lambda line: line.earned,
    "seconds": lambda line: line.seconds,
    "status": lambda line: line.status,
}
SORTS = tuple(_KEYS)


def in_order(lines: Iterable[Line], sort: str, *, descending: bool = False) -> list[Line]:
    """Return the lines in order; who has no score comes last, whichever way it runs."""
    key = _KEYS[sort]
    every = list(lines)
    having = [line for line in every if key(line) is not None]
    return sorted(having, key=key, reverse=descending) + [line for line in every if key(line) is None]
