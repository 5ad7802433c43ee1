"""Verbs of seats: enrol, leave, be put in or taken out. One seat is given at a time: the session's row is locked."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import teams_below, visible
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.db import locked, session
from lms.core.errors import Conflict, NotFound
from lms.core.texts import text
from lms.learning.actions.sessions import facts_of, managed, move_up, must_lie_ahead, tell
from lms.learning.models import LiveSession, Seat
from lms.learning.queries import sessions as reading
from lms.learning.queries.seats import places_of
from lms.learning.rules import sessions as rules
from lms.learning.rules.sessions import SeatState
from lms.records.actions import lock_people


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """How many were put in, and how many of them wait because there was no place left."""

    seats: int
    waiting: int


def enrol(actor: Actor, public_id: str) -> Seat:
    """Give the actor a seat, or a place on the waiting list. The same again changes nothing.

    Raises NotFound for a session that is not open to them, Conflict for one that has begun, is over or cancelled.
    """
    lock_people([actor.id])
    row = locked(LiveSession, public_id)
    seat = session().get(Seat, (row.id, actor.id), populate_existing=True)
    if seat is not None and seat.state != SeatState.CANCELLED:
        return seat
    if not _is_open_to(actor, row):
        raise NotFound()
    must_lie_ahead(row)
    return _sit(row, actor.id, put_by=None)


def leave(actor: Actor, public_id: str) -> None:
    """Give the actor's seat or place on the waiting list back; who waits moves up. The same again changes nothing.

    Raises NotFound without a seat, Conflict where somebody else put them in or the session has begun.
    """
    lock_people([actor.id])
    row = locked(LiveSession, public_id)
    seat = session().get(Seat, (row.id, actor.id), populate_existing=True)
    if seat is None:
        raise NotFound()
    if seat.state == SeatState.CANCELLED:
        return
    must_lie_ahead(row)
    if seat.put_by is not None:
        raise Conflict(text("这次是安排您参加的。去不了请找安排的人或您的组长。"), code="put")
    seat.state = SeatState.CANCELLED
    session().flush()
    move_up(row)


def put(actor: Actor, public_id: str, person_ids: Collection[int]) -> Put:
    """Put people (at most 100) into a session; who has a seat keeps it, who waits goes on waiting. They are told.

    Raises NotFound for a session or person that is not the actor's, Conflict for one that has begun.
    """
    ids = sorted(set(person_ids))[:100]
    lock_people(ids)
    row = managed(actor, public_id)
    must_lie_ahead(row)
    reach = select(Person.id).where(Person.id.in_(ids), Person.active, visible(actor, Permission.SESSION_EDIT))
    if row.team_id is not None:
        reach = reach.where(Person.team_id.in_(teams_below([row.team_id])))
    known = set(session().scalars(reach))
    if known != set(ids):
        raise NotFound()
    new: list[Seat] = []
    for person_id in ids:
        seat = session().get(Seat, (row.id, person_id), populate_existing=True)
        if seat is None or seat.state == SeatState.CANCELLED:
            new.append(_sit(row, person_id, put_by=actor.id))
    seated = [seat.person_id for seat in new if seat.state == SeatState.ENROLLED]
    waiting = [seat.person_id for seat in new if seat.state == SeatState.WAITING]
    stamp = clock.now().isoformat()
    tell(
        row,
        [person_id for person_id in seated if person_id != actor.id],
        text("安排您参加“%(title)s”：%(time)s，%(place)s。", **facts_of(row)),
        f"session:{row.id}:put:{stamp}",
    )
    tell(
        row,
        [person_id for person_id in waiting if person_id != actor.id],
        text("“%(title)s”（%(time)s）名额已满，您在候补名单里，有空位会通知您。", **facts_of(row)),
        f"session:{row.id}:put-waiting:{stamp}",
    )
    if new:
        audit(actor.id, "session.put", "live_session", row.id, after={"people": [seat.person_id for seat in new]})
    return Put(seats=len(seated), waiting=len(waiting))


def take_out(actor: Actor, public_id: str, person_id: int) -> None:
    """Take somebody out of a session that lies ahead; they are told, who waits moves up. Raises NotFound, Conflict."""
    lock_people([person_id])
    row = managed(actor, public_id)
    seat = session().get(Seat, (row.id, person_id), populate_existing=True)
    if seat is None:
        raise NotFound()
    if seat.state == SeatState.CANCELLED:
        return
    must_lie_ahead(row)
    seat.state = SeatState.CANCELLED
    session().flush()
    audit(actor.id, "session.take_out", "live_session", row.id, person_id=person_id)
    if person_id != actor.id:
        sentence = text("您不用参加“%(title)s”（%(time)s）了。", **facts_of(row))
        tell(row, [person_id], sentence, f"session:{row.id}:out:{clock.now().isoformat()}")
    move_up(row)


def _sit(row: LiveSession, person_id: int, *, put_by: int | None) -> Seat:
    """Write a seat for who has none, behind all who wait. The row is locked."""
    state = rules.state_on_asking(row.places, places_of(row.id))
    seat = session().get(Seat, (row.id, person_id))
    if seat is None:
        seat = Seat(session_id=row.id, person_id=person_id, state=state, asked_at=clock.now(), put_by=put_by)
        session().add(seat)
    else:
        seat.state, seat.asked_at, seat.put_by = state, clock.now(), put_by
    session().flush()
    return seat


def _is_open_to(actor: Actor, row: LiveSession) -> bool:
    return row.by_choice and (row.team_id is None or row.team_id in reading.teams_above(actor.team_id))
