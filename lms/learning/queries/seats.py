"""Reading seats: who sits in a session or waits, who could be put into it, whom it would clash with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible, works_of
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.here import day_of
from lms.learning.models import LiveSession, Seat
from lms.learning.queries.sessions import Row
from lms.learning.rules.sessions import Busy, Place, SeatState, State, is_off, overlapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Who sits in a session. put: by somebody else than themselves."""

    person_id: int
    name: str
    employee_no: str
    team_name: str
    state: str
    asked_at: datetime
    put: bool
    signed: str
    signed_at: datetime | None
    note: str
    minutes: int | None
    credited_at: datetime | None


_SITTING = (
    select(
        Seat.person_id,
        func.coalesce(Person.name, "").label("name"),
        func.coalesce(Person.employee_no, "").label("employee_no"),
        func.coalesce(Team.name, "").label("team_name"),
        Seat.state,
        Seat.asked_at,
        and_(Seat.put_by.is_not(None), Seat.put_by != Seat.person_id).label("put"),
        Seat.signed,
        Seat.signed_at,
        Seat.note,
        Seat.minutes,
        Seat.credited_at,
    )
    .join(Person, Person.id == Seat.person_id)
    .outerjoin(Team, Team.id == Person.team_id)
    .where(Seat.session_id == bindparam("session_id"))
)


def sitting(session_id: int) -> list[Sitting]:
    """Return everybody who has or had to do with a session: by name, the waiting list in its order."""
    found = [Sitting(**row) for row in rows(_SITTING, {"session_id": session_id}).mappings()]
    return sorted(found, key=lambda each: (each.state == SeatState.WAITING, _place(each), each.employee_no))


def _place(each: Sitting) -> str:
    return each.asked_at.isoformat() if each.state == SeatState.WAITING else each.team_name


def places_of(session_id: int) -> list[Place]:
    """Return the seats of a session as the rules see them; the caller holds the row of the session."""
    return [
        Place(person_id=row.person_id, state=row.state, asked_at=row.asked_at)
        for row in session().execute(
            select(Seat.person_id, Seat.state, Seat.asked_at)
            .where(Seat.session_id == session_id)
            .execution_options(populate_existing=True)
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Why a session suits somebody badly. others: sessions at the same time; off: they don't work that day."""

    others: tuple[Busy, ...] = ()
    off: bool = False

    def __bool__(self) -> bool:
        return bool(self.others) or self.off


def clashes(
    person_ids: Collection[int], starts_at: datetime, ends_at: datetime, *, but: int | None = None
) -> Mapping[int, Clash]:
    """Return for each of these people what the time of a session clashes with. but: the id of the session itself."""
    ids = list(dict.fromkeys(person_ids))
    if not ids:
        return {}
    busy: dict[int, list[Busy]] = {}
    statement = (
        select(Seat.person_id, LiveSession.title, LiveSession.starts_at, LiveSession.ends_at)
        .join(LiveSession, LiveSession.id == Seat.session_id)
        .where(
            Seat.person_id.in_(ids),
            Seat.state.in_([SeatState.ENROLLED, SeatState.ATTENDED]),
            LiveSession.state == State.PLANNED,
            LiveSession.starts_at < ends_at,
            LiveSession.ends_at > starts_at,
        )
        .order_by(LiveSession.starts_at)
    )
    if but is not None:
        statement = statement.where(LiveSession.id != but)
    for row in session().execute(statement):
        busy.setdefault(row.person_id, []).append(Busy(title=row.title, starts_at=row.starts_at, ends_at=row.ends_at))
    day = day_of(starts_at)
    works = works_of(ids, since=day)
    return {
        person_id: Clash(
            others=overlapping(starts_at, ends_at, busy.get(person_id, [])), off=is_off(day, works[person_id])
        )
        for person_id in ids
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be put into a session. state: of a seat that they have, "" for none."""

    person_id: int
    name: str
    employee_no: str
    team_name: str
    state: str


def candidates(actor: Actor, row: Row, *, team_id: int | None, words: str, limit: int = 200) -> list[Candidate]:
    """Return who may be put into a session by the actor: those of its team who work here, by team and number."""
    statement = (
        select(
            Person.id.label("person_id"),
            func.coalesce(Person.name, "").label("name"),
            func.coalesce(Person.employee_no, "").label("employee_no"),
            func.coalesce(Team.name, "").label("team_name"),
            func.coalesce(Seat.state, "").label("state"),
        )
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(Seat, and_(Seat.person_id == Person.id, Seat.session_id == row.id))
        .where(Person.active, visible(actor, Permission.SESSION_EDIT))
        .order_by(Team.code, Person.employee_no)
        .limit(limit)
    )
    within = team_id if team_id is not None else row.team_id
    if within is not None:
        statement = statement.where(Person.team_id.in_(teams_below([within])))
    if row.team_id is not None and team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([row.team_id])))
    if words:
        like = f"%{words.replace('%', '').replace('_', '')}%"
        statement = statement.where(or_(Person.name.like(like), Person.employee_no.like(like)))
    return [Candidate(**found) for found in session().execute(statement).mappings()]
