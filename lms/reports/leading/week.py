"""A team's week on one page: who works when, what falls due, who meets when, what waits to be confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import freezes_of, rosters_of, teams_below
from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document
from lms.core.access import Actor, Permission, allows
from lms.core.db import session
from lms.core.here import settings
from lms.learning import queries as learning
from lms.learning.models import LiveSession, Seat, TaskWork
from lms.learning.rules.tasks import WorkState
from lms.reports.leading.who import people

DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One person's day. state: work | off | leave. shift: its code. due: required items that fall due and are open."""

    state: str
    shift: str
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person's week. late: duties late now."""

    person_id: int
    employee_no: str
    name: str
    team: str
    days: Sequence[Day]
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    day: date
    title: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A live session of the week. seats: of people of the team."""

    public_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Something that waits for a confirmation. stage: a stage's sign-off, else a task that was handed in."""

    name: str
    title: str
    stage: bool
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """total: people of the team, of whom `rows` are one page. frozen: names of the freeze windows that touch it."""

    days: Sequence[date]
    rows: Sequence[Row]
    total: int
    dues: Sequence[Due]
    meetings: Sequence[Meeting]
    waits: Sequence[Waits]
    frozen: Sequence[str]

    def working(self, at: int) -> int:
        return sum(row.days[at].state == "work" for row in self.rows)


def week(actor: Actor, team_id: int, first: date, *, limit: int, offset: int) -> Week:
    """Return the seven days from `first` on; a constant number of statements."""
    who = people(actor, team_id)
    days = [first + timedelta(days=at) for at in range(DAYS)]
    total = session().scalar(select(func.count()).select_from(Person).where(*who)) or 0
    shown = (
        session()
        .execute(
            select(Person.id, Person.employee_no, Person.name, Team.name.label("team"))
            .outerjoin(Team, Team.id == Person.team_id)
            .where(*who)
            .order_by(Team.code, Person.employee_no, Person.id)
            .limit(limit)
            .offset(offset)
        )
        .all()
    )
    ids = [row.id for row in shown]
    rosters = rosters_of(ids, since=first)
    due = _due_by_person(ids, days)
    late = _late(ids, days[0])
    frozen = {
        freeze.name
        for freezes in freezes_of(ids, since=first).values()
        for freeze in freezes
        if freeze.name and freeze.from_on <= days[-1]
    }
    return Week(
        days=days,
        rows=[
            Row(
                person_id=row.id,
                employee_no=row.employee_no or "",
                name=row.name or "",
                team=row.team or "",
                days=[
                    Day(
                        state="leave" if roster.on_leave(day) else "work" if roster(day) else "off",
                        shift=roster.shift(day),
                        due=due.get((row.id, day), 0),
                    )
                    for day in days
                ],
                late=late.get(row.id, 0),
            )
            for row in shown
            for roster in [rosters[row.id]]
        ],
        total=total,
        dues=_dues(who, days),
        meetings=_meetings(who, team_id, days),
        waits=_waits(actor, who),
        frozen=sorted(frozen),
    )


_COUNTS = func.coalesce(AssignmentItem.extended_to, AssignmentItem.due_on)


def _open_between(days: Sequence[date]) -> list[Any]:
    return [
        Assignment.state == "open",
        AssignmentItem.required,
        AssignmentItem.done_at.is_(None),
        ~AssignmentItem.exempt,
        or_(AssignmentItem.due_on >= days[0], AssignmentItem.extended_to >= days[0]),
        days[0] <= _COUNTS,
        days[-1] >= _COUNTS,
    ]


def _due_by_person(ids: Sequence[int], days: Sequence[date]) -> Mapping[tuple[int, date], int]:
    if not ids:
        return {}
    return {
        (row.person_id, row.day): row.n
        for row in session().execute(
            select(Assignment.person_id, _COUNTS.label("day"), func.count().label("n"))
            .join(AssignmentItem, AssignmentItem.assignment_id == Assignment.id)
            .where(Assignment.person_id.in_(ids), *_open_between(days))
            .group_by(Assignment.person_id, _COUNTS)
        )
    }


def _late(ids: Sequence[int], day: date) -> Mapping[int, int]:
    if not ids:
        return {}
    found = session().execute(
        select(Assignment.person_id, func.count().label("n"))
        .where(Assignment.person_id.in_(ids), Assignment.state == "open", Assignment.next_due_on < day)
        .group_by(Assignment.person_id)
    )
    return {row.person_id: row.n for row in found}


def _dues(who: Sequence[Any], days: Sequence[date]) -> list[Due]:
    """Return what falls due in the week, with how many people of the whole team it does."""
    return [
        Due(day=row.day, title=row.title, people=row.people)
        for row in session().execute(
            select(
                _COUNTS.label("day"),
                Document.title,
                func.count(func.distinct(Assignment.person_id)).label("people"),
            )
            .select_from(AssignmentItem)
            .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
            .join(Person, Person.id == Assignment.person_id)
            .join(Document, Document.id == AssignmentItem.document_id)
            .where(*who, *_open_between(days))
            .group_by(_COUNTS, Document.id, Document.title)
            .order_by(_COUNTS, func.count(func.distinct(Assignment.person_id)).desc(), Document.id)
            .limit(60)
        )
    ]


def _meetings(who: Sequence[Any], team_id: int, days: Sequence[date]) -> list[Meeting]:
    zone = settings().timezone
    start = datetime.combine(days[0], time(), tzinfo=zone)
    end = datetime.combine(days[-1] + timedelta(days=1), time(), tzinfo=zone)
    seats = (
        select(Seat.session_id, func.count().label("n"))
        .join(Person, Person.id == Seat.person_id)
        .where(Seat.state.in_(("enrolled", "attended", "absent", "excused")), *who)
        .group_by(Seat.session_id)
        .subquery("seats")
    )
    rows = session().execute(
        select(
            LiveSession.public_id,
            LiveSession.title,
            LiveSession.starts_at,
            LiveSession.ends_at,
            LiveSession.place,
            func.coalesce(seats.c.n, 0).label("seats"),
        )
        .outerjoin(seats, seats.c.session_id == LiveSession.id)
        .where(
            LiveSession.starts_at >= start,
            LiveSession.starts_at < end,
            LiveSession.state != "cancelled",
            or_(seats.c.n > 0, LiveSession.team_id.in_(teams_below([team_id]))),
        )
        .order_by(LiveSession.starts_at, LiveSession.id)
    )
    return [
        Meeting(
            public_id=row.public_id,
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            place=row.place,
            seats=row.seats,
        )
        for row in rows
    ]


def _waits(actor: Actor, who: Sequence[Any]) -> list[Waits]:
    """Return what waits for a mentor, trainer or lead, the longest first; stages that the actor may sign off."""
    tasks = session().execute(
        select(Person.name, Document.title, TaskWork.submitted_at)
        .join(Person, Person.id == TaskWork.person_id)
        .join(Document, Document.id == TaskWork.document_id)
        .where(and_(TaskWork.state == WorkState.SUBMITTED, *who))
        .order_by(TaskWork.submitted_at, TaskWork.id)
        .limit(30)
    )
    found = [Waits(name=row.name or "", title=row.title, stage=False, since=row.submitted_at) for row in tasks]
    if allows(actor, Permission.TASK_CONFIRM):
        ready = learning.stages_ready(actor)
        of_team = set(session().scalars(select(Person.id).where(Person.id.in_([row.person_id for row in ready]), *who)))
        found = [
            Waits(name=row.name or "", title=row.stage_name, stage=True, since=row.since)
            for row in ready
            if row.person_id in of_team
        ] + found
    return found
