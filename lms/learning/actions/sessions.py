"""Verbs of live sessions: plan, change, cancel, copy to another day. People who come are told what changes for them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import day_of, local
from lms.core.i18n import clock_text
from lms.core.texts import Text, text
from lms.learning.models import LiveSession, Seat
from lms.learning.queries import sessions as reading
from lms.learning.queries.seats import places_of
from lms.learning.rules import sessions as rules
from lms.learning.rules.sessions import SeatState, State, Wanted

COMPLETED_BY_COMING = ("task", "lesson")


def plan(actor: Actor, wanted: Wanted) -> LiveSession:
    """Plan a session that lies ahead. Raises Invalid, NotFound for a team that is not the actor's."""
    _require(actor, wanted, fresh=True)
    row = LiveSession(made_by=actor.id, made_at=clock.now(), state=State.PLANNED)
    _write(row, wanted)
    session().add(row)
    session().flush()
    audit(actor.id, "session.plan", "live_session", row.id, after=told_of(row))
    _tell_trainer(row, actor)
    return row


def change(actor: Actor, public_id: str, wanted: Wanted) -> LiveSession:
    """Change a session that is not over; who comes or waits is told of another time, place, link, form or trainer.

    Fewer places than people throw nobody out; more let the waiting list move up. Raises NotFound, Conflict, Invalid.
    """
    row = managed(actor, public_id)
    rules.must_be_open(row.state)
    before = wanted_of(row)
    _require(actor, wanted, fresh=wanted.starts_at != before.starts_at)
    audited = told_of(row)
    _write(row, wanted)
    session().flush()
    audit(actor.id, "session.change", "live_session", row.id, before=audited, after=told_of(row))
    if rules.what_changed(before, wanted):
        key = f"session:{row.id}:changed:{clock.now().isoformat()}"
        tell(row, coming(row.id, but=actor.id), _changed(row, before), key)
    if wanted.trainer_id != before.trainer_id:
        _tell_trainer(row, actor)
    move_up(row)
    return row


def cancel(actor: Actor, public_id: str, why: str) -> LiveSession:
    """Call a session off; who comes or waits is told why. The same again changes nothing.

    Raises NotFound, Conflict for one that was held, Invalid without a reason.
    """
    row = managed(actor, public_id)
    if row.state == State.CANCELLED:
        return row
    rules.must_be_open(row.state)
    why = " ".join(why.split())
    if not why or len(why) > rules.LONGEST_REASON:
        reason = text("请写一句原因（最多 %(n)s 个字），报名的人会看到。", n=rules.LONGEST_REASON)
        raise Invalid(reason, fields={"why": reason})
    row.state, row.cancelled_why = State.CANCELLED, why
    session().flush()
    audit(actor.id, "session.cancel", "live_session", row.id)
    people = [*coming(row.id, but=actor.id), *([row.trainer_id] if row.trainer_id not in (None, actor.id) else [])]
    sentence = text("“%(title)s”（%(time)s）取消了：%(why)s", title=row.title, time=when(row.starts_at), why=why)
    tell(row, people, sentence, f"session:{row.id}:cancelled")
    return row


def copy(actor: Actor, public_id: str, day: date) -> LiveSession:
    """Plan the same once more on another day, at the same hour, without people. Raises NotFound, Invalid."""
    row = managed(actor, public_id)
    here = day_of(row.starts_at)
    if day == here or day <= day_of(clock.now()):
        reason = text("请选以后的另一天。")
        raise Invalid(reason, fields={"day": reason})
    again = wanted_of(row)
    moved = Wanted(
        **{
            **{name: getattr(again, name) for name in Wanted.__dataclass_fields__},
            "starts_at": rules.on_day(row.starts_at, day, here),
            "ends_at": rules.on_day(row.ends_at, day, here),
        }
    )
    return plan(actor, moved)


def managed(actor: Actor, public_id: str) -> LiveSession:
    """Return the row of a session that the actor may change, locked. Raises NotFound."""
    row = locked(LiveSession, public_id)
    if not reading.manages(actor, row.team_id):
        raise NotFound()
    return row


def move_up(row: LiveSession) -> tuple[int, ...]:
    """Give free places to who waits, in order, and tell them; return who moved. The row is locked."""
    if row.state != State.PLANNED or row.starts_at <= clock.now():
        return ()
    moved = rules.moving_up(row.places, places_of(row.id))
    for person_id in moved:
        seat = session().get_one(Seat, (row.id, person_id))
        seat.state = SeatState.ENROLLED
        sentence = text("候补到您了：“%(title)s”，%(time)s，%(place)s。", **facts_of(row))
        tell(row, [person_id], sentence, f"session:{row.id}:moved-up:{seat.asked_at.isoformat()}")
    session().flush()
    return moved


def coming(session_id: int, *, but: int | None = None) -> list[int]:
    """Return who has a seat in a session or waits for one."""
    return [
        person_id
        for person_id in session().scalars(
            select(Seat.person_id)
            .where(Seat.session_id == session_id, Seat.state.in_((SeatState.ENROLLED, SeatState.WAITING)))
            .order_by(Seat.person_id)
        )
        if person_id != but
    ]


def tell(row: LiveSession, person_ids: Sequence[int], sentence: Text, key: str) -> None:
    if person_ids:
        link = ("learning.session", {"session_id": row.public_id})
        emit(Told(person_ids=tuple(person_ids), topic="duty", sentence=sentence, link=link, key=key))


def facts_of(row: LiveSession) -> dict[str, object]:
    """Return what every sentence about a session says."""
    place: object = row.place or text("线上")
    return {"title": row.title, "time": when(row.starts_at), "place": place}


def when(at: datetime) -> str:
    """Return "11/24 14:00" in the installation's time, the same in every language."""
    here = local(at)
    return f"{here.month}/{here.day} {clock_text(here)}"


def wanted_of(row: LiveSession) -> Wanted:
    return Wanted(**{name: getattr(row, name) for name in Wanted.__dataclass_fields__})


def told_of(row: LiveSession) -> dict[str, object]:
    """Return what the audit keeps of a session: no words."""
    return {
        "kind": row.kind,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "places": row.places,
        "team": row.team_id,
        "document": row.document_id,
        "trainer": row.trainer_id,
        "by_choice": row.by_choice,
    }


def _write(row: LiveSession, wanted: Wanted) -> None:
    for name in Wanted.__dataclass_fields__:
        value = getattr(wanted, name)
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    if row.trainer_id is not None:
        row.trainer_name = ""


def _require(actor: Actor, wanted: Wanted, *, fresh: bool) -> None:
    problems = rules.problems_of(wanted, clock.now(), fresh=fresh)
    if wanted.document_id is not None:
        card = content.cards([wanted.document_id]).get(wanted.document_id)
        if card is None or card.kind not in COMPLETED_BY_COMING or card.published_id is None:
            problems["document"] = text("请选一项已发布的任务或课时。")
    if wanted.trainer_id is not None and not session().scalar(
        select(Person.id).where(Person.id == wanted.trainer_id, Person.active)
    ):
        problems["trainer"] = text("请选在职的人；外部讲师写名字就行。")
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    if not reading.manages(actor, wanted.team_id):
        if wanted.team_id is None:
            reason = text("请选自己的团队；全公司的课堂由培训师安排。")
            raise Invalid(reason, fields={"team": reason})
        raise NotFound()


def _tell_trainer(row: LiveSession, actor: Actor) -> None:
    if row.trainer_id is not None and row.trainer_id != actor.id:
        sentence = text("请您主讲“%(title)s”：%(time)s，%(place)s。", **facts_of(row))
        tell(row, [row.trainer_id], sentence, f"session:{row.id}:trainer:{row.starts_at.isoformat()}")


def _changed(row: LiveSession, before: Wanted) -> Text:
    if row.starts_at != before.starts_at or row.ends_at != before.ends_at:
        return text(
            "“%(title)s”改时间了：原来 %(before)s，现在 %(time)s，%(place)s。",
            before=when(before.starts_at),
            **facts_of(row),
        )
    if row.place != before.place or row.link != before.link or row.kind != before.kind:
        return text("“%(title)s”（%(time)s）换地方了：%(place)s。", **facts_of(row))
    return text("“%(title)s”（%(time)s）换了讲师。", title=row.title, time=when(row.starts_at))


def must_lie_ahead(row: LiveSession) -> None:
    """Raise Conflict for a session that has begun: then only attendance is noted."""
    rules.must_be_open(row.state)
    if row.starts_at <= clock.now():
        raise Conflict(text("课堂已经开始，不能再改报名；由讲师记到场。"), code="begun")
