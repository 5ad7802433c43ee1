"""Verbs of attendance: sign in by the code, note who came, close the session and write what it completes."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import text
from lms.learning.actions.tasks import begin, record_confirmation, work_of
from lms.learning.models import LiveSession, Seat
from lms.learning.queries import sessions as reading
from lms.learning.queries.seats import places_of
from lms.learning.rules import sessions as rules
from lms.learning.rules.sessions import MARKS, SeatState, State
from lms.learning.rules.tasks import WorkState
from lms.records.actions import append, lock_people
from lms.records.events import Verb

TOGETHER = 100
"""People whose completions are written in one transaction."""
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is noted of somebody. minutes: credited where it was not all of it; None = all."""

    state: str
    minutes: int | None = None
    note: str = ""


def check_in(actor: Actor, public_id: str, code: str) -> Seat:
    """Note that the actor is there; the same again gives the same answer.

    Who did not enrol gets a place if there is one left. Raises NotFound for a session that they may not see, Conflict
    with code `wrong_code`, `too_early`, `too_late`, `full`, `cancelled` or `held`.
    """
    lock_people([actor.id])
    seen = reading.one(actor, public_id)
    row = locked(LiveSession, public_id)
    if not hmac.compare_digest(code.encode(), row.code.encode()):
        raise Conflict(text("签到码不对。请扫现场签到表上的二维码，或请讲师登记。"), code="wrong_code")
    seat = session().get(Seat, (row.id, actor.id), populate_existing=True)
    if seat is not None and seat.state == SeatState.ATTENDED:
        return seat
    rules.must_be_open(row.state)
    now = clock.now()
    if not rules.may_sign_in(now, row.starts_at, row.ends_at):
        if now < row.starts_at:
            raise Conflict(text("还没到签到时间：开始前 30 分钟开放。"), code="too_early")
        raise Conflict(text("签到已经截止，请讲师登记。"), code="too_late")
    if seat is None or seat.state in (SeatState.WAITING, SeatState.CANCELLED):
        if rules.left_over(row.places, places_of(seen.id)) == 0:
            raise Conflict(text("名额已满，您不在名单里，请找讲师登记。"), code="full")
        if seat is None:
            seat = Seat(session_id=row.id, person_id=actor.id, asked_at=now, state=SeatState.ATTENDED)
            session().add(seat)
    seat.state, seat.signed, seat.signed_at = SeatState.ATTENDED, "qr", now
    session().flush()
    return seat


def mark(actor: Actor, public_id: str, marks: Mapping[int, Mark]) -> int:
    """Note who came, at most 100 people; return how many notes are new. Who came unasked gets a seat.

    In a closed session only what the log does not know yet can be changed. Raises NotFound for a session that the actor
    does not run or a person of whom they may not say it, Conflict before it begins, Invalid.
    """
    ids = sorted(marks)[:TOGETHER]
    lock_people(ids)
    row = _run_by(actor, public_id)
    if row.state == State.CANCELLED:
        rules.must_be_open(row.state)
    if clock.now() < row.starts_at - rules.OPENS_BEFORE:
        raise Conflict(text("课堂还没开始，开始前 30 分钟起可以记到场。"), code="too_early")
    most = int((row.ends_at - row.starts_at).total_seconds() // 60)
    changed = 0
    for person_id in ids:
        wanted = marks[person_id]
        seat = session().get(Seat, (row.id, person_id), populate_existing=True)
        if seat is None:
            seat = _unasked(actor, row, person_id)
        if wanted.state not in MARKS:
            raise Invalid(text("请选到场、缺席或请假。"))
        if wanted.minutes is not None and not 0 < wanted.minutes <= most:
            raise Invalid(text("计入的分钟数是 1 到 %(n)s。", n=most))
        if len(wanted.note) > LONGEST_NOTE:
            raise Invalid(text("最多 %(n)s 个字，请缩短。", n=LONGEST_NOTE))
        note = " ".join(wanted.note.split())
        if (seat.state, seat.minutes, seat.note) == (wanted.state, wanted.minutes, note):
            continue
        if seat.credited_at is not None:
            raise Conflict(
                text("有人的到场已经记成完成。要改的话，请在这个人的学习记录里作废那一条。"), code="credited"
            )
        if seat.state != wanted.state:
            seat.signed, seat.signed_at = "trainer", clock.now()
        seat.state, seat.minutes, seat.note = wanted.state, wanted.minutes, note
        changed += 1
    session().flush()
    if changed:
        audit(actor.id, "session.attendance", "live_session", row.id, after={"people": ids})
    if row.state == State.HELD:
        credit(actor, public_id, ids)
    return changed


def _unasked(actor: Actor, row: LiveSession, person_id: int) -> Seat:
    """Return a seat for somebody who was not on the list. Raises NotFound for who is not the actor's."""
    reach = select(Person.id).where(Person.id == person_id, Person.active, visible(actor, Permission.SESSION_EDIT))
    if session().scalar(reach) is None:
        raise NotFound()
    seat = Seat(
        session_id=row.id, person_id=person_id, asked_at=clock.now(), state=SeatState.ENROLLED, note="", put_by=actor.id
    )
    session().add(seat)
    return seat


def to_credit(public_id: str) -> list[int]:
    """Return who was there and of whom the log does not know it yet."""
    return list(
        session().scalars(
            select(Seat.person_id)
            .join(LiveSession, LiveSession.id == Seat.session_id)
            .where(
                LiveSession.public_id == public_id,
                LiveSession.document_id.is_not(None),
                Seat.state == SeatState.ATTENDED,
                Seat.credited_at.is_(None),
            )
            .order_by(Seat.person_id)
        )
    )


def credit(actor: Actor, public_id: str, person_ids: Sequence[int]) -> int:
    """Write into the log what attendance completes, once for each of these people (at most 100); return how many.

    Nobody confirms what they attended themselves: it waits for somebody else who runs the session. Raises NotFound.
    """
    ids = sorted(set(person_ids))[:TOGETHER]
    lock_people(ids)
    row = _run_by(actor, public_id)
    if row.document_id is None:
        return 0
    card = content.cards([row.document_id])[row.document_id]
    done = 0
    for person_id in ids:
        seat = session().get(Seat, (row.id, person_id), populate_existing=True)
        if (
            seat is None
            or seat.state != SeatState.ATTENDED
            or seat.credited_at is not None
            or person_id == actor.id
            or card.published_id is None
        ):
            continue
        minutes = seat.minutes or int((row.ends_at - row.starts_at).total_seconds() // 60)
        if card.kind == "task":
            work = work_of(person_id, row.document_id)
            if work is None:
                work = begin(person_id, row.document_id, card.published_id, content.compiled(card.published_id))
            if work.state != WorkState.CONFIRMED:
                record_confirmation(actor, work, source="session", ref=f"session:{row.public_id}", minutes=minutes)
                done += 1
        else:
            append(
                actor,
                person_id,
                Verb.COMPLETED,
                document_id=row.document_id,
                revision_id=card.published_id,
                source="session",
                ref=f"session:{row.public_id}",
                credited_minutes=minutes,
            )
            done += 1
        seat.credited_at = clock.now()
    session().flush()
    return done


def close(actor: Actor, public_id: str) -> int:
    """Close a session that is over or running: who was expected and not noted was absent. Return how many came.

    The log is written before, by `credit`, 100 people at a time. The same again changes nothing. Raises NotFound,
    Conflict.
    """
    row = _run_by(actor, public_id)
    if row.state == State.HELD:
        return sum(place.state == SeatState.ATTENDED for place in places_of(row.id))
    rules.must_be_open(row.state)
    if clock.now() < row.starts_at:
        raise Conflict(text("课堂还没开始，不能结束。不办了请取消。"), code="too_early")
    came = 0
    for seat in session().scalars(select(Seat).where(Seat.session_id == row.id)):
        if seat.state == SeatState.ENROLLED:
            seat.state = SeatState.ABSENT
        elif seat.state == SeatState.WAITING:
            seat.state = SeatState.CANCELLED
        came += seat.state == SeatState.ATTENDED
    row.state = State.HELD
    session().flush()
    audit(actor.id, "session.close", "live_session", row.id, after={"attended": came})
    return came


def _run_by(actor: Actor, public_id: str) -> LiveSession:
    """Return the row of a session whose attendance the actor may note, locked. Raises NotFound."""
    row = locked(LiveSession, public_id)
    if not reading.manages(actor, row.team_id) and row.trainer_id != actor.id:
        raise NotFound()
    return row
