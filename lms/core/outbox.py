"""What is to leave the transaction that caused it, as rows: put beside the change, taken by whoever drains the topic.

Inside transaction() all of it. A drainer leases rows, does the work, and finishes or fails them; work is done at least
once, so it must be harmless to do it again. What was put again meanwhile stays open: `touched` says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy import text as sql  # `text` is what sentences for people are marked with
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.core import clock
from lms.core.db import session, wake
from lms.core.models import Outbox

MOST_TRIES = 10
"""After so many tries a row is dead: it stays, with its error, until it is put again."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
KEPT = timedelta(days=7)
"""How long a finished row is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A row that is ours until the lease ends. tries: this one included, from 1."""

    id: int
    key: str
    stream: str
    payload: Mapping[str, Any]
    touched: int
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How a topic stands. oldest: since when the first open row is due, None when nothing waits; error: the last."""

    open: int
    dead: int
    oldest: datetime | None
    error: str


def put(
    topic: str, key: str, *, stream: str = "", payload: Mapping[str, Any] | None = None, due_at: datetime | None = None
) -> None:
    """Ask for something to be done, not before `due_at` (now). An open row of the same topic and key takes it over.

    stream: rows with the same word are leased in the order in which they were first put; "" = in any order. What is
    due now wakes the worker after the commit.
    """
    current = session()
    insert = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
    values = {"stream": stream, "payload": dict(payload or {}), "due_at": due_at or clock.now()}
    if due_at is None or due_at <= clock.now():
        wake()
    statement = insert(Outbox).values(topic=topic, key=key, **values)
    current.execute(
        statement.on_conflict_do_update(
            index_elements=["topic", "key"],
            index_where=sql("done_at IS NULL"),
            set_={**values, "touched": Outbox.touched + 1, "tries": 0},
        )
    )


def put_ids(topic: str, ids: Iterable[int], size: int) -> None:
    """Ask for something to be done with each of these rows, `size` of them at a time: as `ids` of a payload."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), size):
        some = wanted[start : start + size]
        named = sha256(",".join(map(str, some)).encode()).hexdigest()[:16]
        put(topic, f"{some[0]}-{some[-1]}-{named}", payload={"ids": some})


def lease(topic: str, limit: int, seconds: float) -> list[Leased]:
    """Take at most so many rows that are due, for so long; commit before the work begins.

    Several drainers never get the same row. Of one stream a row comes only when those before it are done or taken
    along; a dead one holds up nobody.
    """
    now = clock.now()
    found = (
        session()
        .execute(
            _leasable(topic, now)
            .order_by(Outbox.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        .scalars()
        .all()
    )
    held = _held_up(topic, found)
    taken = [row for row in found if row.id not in held]
    for row in taken:
        row.lease_until = now + timedelta(seconds=seconds)
        row.tries += 1
    session().flush()
    return [
        Leased(id=row.id, key=row.key, stream=row.stream, payload=row.payload, touched=row.touched, tries=row.tries)
        for row in taken
    ]


def _leasable(topic: str, now: datetime) -> Select[Outbox]:
    return select(Outbox).where(
        Outbox.topic == topic,
        Outbox.done_at.is_(None),
        Outbox.due_at <= now,
        Outbox.tries < MOST_TRIES,
        or_(Outbox.lease_until.is_(None), Outbox.lease_until <= now),
    )


def _held_up(topic: str, found: Sequence[Outbox]) -> set[int]:
    """Return which of the rows must wait, because one before them in their stream is neither done nor among them."""
    streams = {row.stream for row in found if row.stream}
    if not streams:
        return set()
    earliest = session().execute(
        select(Outbox.stream, func.min(Outbox.id).label("id"))
        .where(
            Outbox.topic == topic,
            Outbox.stream.in_(streams),
            Outbox.done_at.is_(None),
            Outbox.tries < MOST_TRIES,
            Outbox.id.not_in([row.id for row in found]),
        )
        .group_by(Outbox.stream)
    )
    first = {row.stream: row.id for row in earliest}
    return {row.id for row in found if row.stream in first and first[row.stream] < row.id}


def finish(leased: Sequence[Leased]) -> int:
    """Close what was done; what was put again since stays open and is due at once. Returns how many were closed."""
    closed = 0
    for row in leased:
        done = session().execute(
            update(Outbox)
            .where(Outbox.id == row.id, Outbox.touched == row.touched, Outbox.done_at.is_(None))
            .values(done_at=clock.now(), lease_until=None, error="")
            .execution_options(synchronize_session=False)
        )
        if done.rowcount:  # type: ignore[attr-defined]
            closed += 1
        else:
            _release(row, {"tries": 0})
    return closed


def fail(leased: Sequence[Leased], error: str) -> None:
    """Note why it could not be done, and try again later: after 5 s, then twice as long each time, at most an hour."""
    for row in leased:
        wait = min(FIRST_WAIT * 2 ** min(row.tries - 1, 20), LONGEST_WAIT)
        _release(row, {"error": error[:400], "due_at": clock.now() + wait}, touched=row.touched)
        _release(row, {"error": error[:400], "tries": 0}, not_touched=row.touched)


def _release(
    row: Leased, values: Mapping[str, Any], touched: int | None = None, not_touched: int | None = None
) -> None:
    statement = update(Outbox).where(Outbox.id == row.id, Outbox.done_at.is_(None))
    if touched is not None:
        statement = statement.where(Outbox.touched == touched)
    if not_touched is not None:
        statement = statement.where(Outbox.touched != not_touched)
    session().execute(statement.values(lease_until=None, **values).execution_options(synchronize_session=False))


def is_due(topic: str) -> bool:
    """Return whether there is something to lease; may be asked outside of a transaction."""
    now = clock.now()
    found = session().execute(_leasable(topic, now).with_only_columns(Outbox.id).limit(1)).first()
    return found is not None


def waiting(topic: str) -> Waiting:
    """Return what of a topic is still to be done."""
    is_dead = Outbox.tries >= MOST_TRIES
    of_topic = (Outbox.topic == topic, Outbox.done_at.is_(None))
    count, dead, oldest = (
        session()
        .execute(
            select(
                func.count(),
                func.count().filter(is_dead),
                func.min(Outbox.due_at).filter(~is_dead),
            ).where(*of_topic)
        )
        .one()
    )
    error = session().scalar(
        select(Outbox.error).where(*of_topic, Outbox.error != "").order_by(Outbox.id.desc()).limit(1)
    )
    return Waiting(open=count - dead, dead=dead, oldest=oldest, error=error or "")


def trim() -> int:
    """Delete what was finished a week ago; return how many rows."""
    done = session().execute(
        delete(Outbox).where(Outbox.done_at < clock.now() - KEPT).execution_options(synchronize_session=False)
    )
    count: int = done.rowcount  # type: ignore[attr-defined]
    return count
