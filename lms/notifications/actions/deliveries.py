"""Verbs of deliveries: take what is due, note how it went, send again by hand, forget.

A piece is leased before it is sent and its state is written after the answer. Who is killed between the two leaves it
to be sent once more when the lease has ended; where the other side can tell a double (Message-ID, uuid, duplicate
check) it has the means. Two workers never hold the same piece.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.accounts.models import ChatAccount, Person
from lms.core import clock, sendings
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import insert_new, new_public_id, session, wake
from lms.core.retention import kept
from lms.core.retrying import again_at
from lms.core.trouble import Trouble
from lms.notifications import queries
from lms.notifications.actions import buckets
from lms.notifications.actions.outgoing import Times
from lms.notifications.models import Delivery, Notice
from lms.notifications.queries.outgoing import Parcel, due, parcel
from lms.notifications.rules.sending import RATES, REST, STALE, WAITS
from lms.notifications.rules.ways import CHATS, DIGEST, next_way, ways

LEASE = timedelta(minutes=3)
AT_ONCE = 10
MOST_OF_A_DIGEST = 50
NOT_SENT = ("waiting", "dead", "dropped")


def lease(way: str, now: datetime) -> list[Parcel]:
    """Take what may go out on a way now, at most AT_ONCE pieces, for LEASE; commit before the sending begins.

    Dropped is what was read or settled meanwhile, whose person has left, and what was due days ago; put off is what
    would fall into quiet hours, or on a day that is silent by now.
    """
    if way == DIGEST:
        return _lease_digests(now)
    granted = buckets.take(way, RATES[way], AT_ONCE, now)
    if not granted:
        return []
    rows = _sound(due(way, now, granted), now)
    if len(rows) < granted:
        buckets.give_back(way, RATES[way], granted - len(rows), now)
    return _taken([parcel([row], way, row.user_id or "") for row in rows], now)


def _lease_digests(now: datetime) -> list[Parcel]:
    """Take whole digests: all that waits for a person goes out in one piece, on the best way that they have."""
    rows = _sound(due(DIGEST, now, AT_ONCE * MOST_OF_A_DIGEST), now)
    if not rows:
        return []
    working = queries.working()
    receivers = queries.receivers({row.person_id for row in rows})
    pieces: list[Parcel] = []
    for person_id, group in groupby(sorted(rows, key=lambda row: (row.person_id, row.id)), lambda row: row.person_id):
        some = list(group)[:MOST_OF_A_DIGEST]
        receiver = receivers.get(person_id)
        possible = [way for way in ways(receiver, working) if way not in receiver.off] if receiver else []
        if not possible:
            _drop([row.id for row in some], "nobody")
        elif len(pieces) < AT_ONCE and buckets.take(possible[0], RATES[possible[0]], 1, now):
            pieces.append(parcel(some, possible[0], _user_id(person_id, possible[0])))
    return _taken(pieces, now)


def _user_id(person_id: int, way: str) -> str:
    found = session().get(ChatAccount, (person_id, way)) if way in CHATS else None
    return (found.user_id or "") if found else ""


def _sound(rows: Sequence[Any], now: datetime) -> list[Any]:
    """Return the rows that are to go out now; of the others it is noted why not."""
    if not rows:
        return []
    sound, read, left, stale = [], [], [], []
    times = Times(now, {row.person_id for row in rows})
    for row in rows:
        if not row.active:
            left.append(row.id)
        elif row.read_at is not None:
            read.append(row.id)
        elif row.due_at < now - STALE:
            stale.append(row.id)
        elif (allowed_at := times(row.person_id, urgent=row.urgent)) > now:
            sendings.note(Delivery, [row.id], due_at=allowed_at, lease_until=None)
        else:
            sound.append(row)
    for ids, word in ((read, "read"), (left, "left"), (stale, "stale")):
        _drop(ids, word)
    return sound


def _taken(pieces: list[Parcel], now: datetime) -> list[Parcel]:
    for piece in pieces:
        sendings.note(Delivery, piece.ids, lease_until=now + LEASE, tries=piece.tries)
    return pieces


def sent(piece: Parcel) -> None:
    """Note that a piece arrived."""
    now = clock.now()
    sendings.note(Delivery, piece.ids, states=NOT_SENT, state="sent", sent_at=now, lease_until=None, answer="")


def failed(piece: Parcel, trouble: Trouble) -> None:
    """Note that a piece did not arrive: tried again later, or dead, and then sent on the person's next way.

    Where the whole way is in trouble it is closed for all workers, for as long as the other side asks.
    """
    now = clock.now()
    if trouble.whole:
        rest = timedelta(seconds=trouble.wait) if trouble.wait is not None else REST
        buckets.close(piece.way, RATES[piece.way], now + rest, now)
    later = None if trouble.lasting else again_at(piece.tries, now, trouble.wait, WAITS)
    sendings.missed(Delivery, piece.ids, later, trouble.answer)
    if later is None:
        _go_round(piece, now)


def unknown(piece: Parcel) -> None:
    """Note that the platform knows nobody with the person's phone, and try the next way."""
    _remember(piece.person_id, piece.way, None)
    _drop(piece.ids, "nobody")
    _go_round(piece, clock.now())


def found(piece: Parcel, user_id: str) -> bool:
    """Keep who a person is on a platform; return False where that is somebody else of ours already."""
    return _remember(piece.person_id, piece.way, user_id)


def release(pieces: Sequence[Parcel]) -> None:
    """Give back what was taken and not tried: it counts as no try."""
    for piece in pieces:
        sendings.note(Delivery, piece.ids, lease_until=None, tries=piece.tries - 1)


def _go_round(piece: Parcel, now: datetime) -> None:
    """Put what failed for good on the next way of its person, if there is one that was not tried."""
    receiver = queries.receivers([piece.person_id]).get(piece.person_id)
    if receiver is None:
        return
    tried = session().execute(
        select(Delivery.notice_id, Delivery.channel).where(Delivery.notice_id.in_(piece.notice_ids))
    )
    due_at = Times(now, [piece.person_id])(piece.person_id, urgent=piece.urgent)
    by_notice: dict[int, list[str]] = {}
    for notice_id, channel in tried:
        by_notice.setdefault(notice_id, []).append(channel)
    rows = []
    for notice_id in piece.notice_ids:
        way = next_way(receiver, queries.working(), [*by_notice.get(notice_id, ()), piece.way])
        if way is not None:
            rows.append(
                {
                    "public_id": new_public_id(),
                    "notice_id": notice_id,
                    "channel": way,
                    "state": "waiting",
                    "urgent": piece.urgent,
                    "at": now,
                    "due_at": due_at,
                }
            )
    if rows:
        insert_new(Delivery, ("notice_id", "channel"), rows)


def _remember(person_id: int, platform: str, user_id: str | None) -> bool:
    """Write what a platform said of a phone; return whether the person is known there under that account now."""
    current = session()
    own = (ChatAccount.person_id == person_id, ChatAccount.platform == platform)
    current.execute(delete(ChatAccount).where(*own, ChatAccount.user_id.is_(None)))
    insert = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {"person_id": person_id, "platform": platform, "user_id": user_id, "source": "phone", "at": clock.now()}
    current.execute(insert(ChatAccount).values(row).on_conflict_do_nothing())
    return current.scalar(select(ChatAccount.user_id).where(*own)) == user_id


_HERE = Delivery.notice_id.in_(select(Notice.id).join(Person, Person.id == Notice.person_id).where(Person.active))


def resend(actor: Actor, public_ids: Sequence[str]) -> int:
    """Send dead or dropped deliveries once more, now; return how many. Those of people who have left stay so."""
    waiting = (
        session()
        .execute(
            select(Delivery.id)
            .where(Delivery.public_id.in_(public_ids), Delivery.state.in_(("dead", "dropped")), _HERE)
            .with_for_update(of=Delivery)
        )
        .scalars()
        .all()
    )
    if waiting:
        now = clock.now()
        sendings.note(Delivery, waiting, states=NOT_SENT, state="waiting", tries=0, due_at=now, lease_until=None)
        audit(actor.id, "deliveries.resent", "delivery", len(waiting), after={"ids": list(waiting)[:100]})
        wake()
    return len(waiting)


def forget(now: datetime) -> int:
    """Delete deliveries older than LMS_KEEP_DELIVERIES_DAYS, whatever became of them; return how many."""
    done = session().execute(
        delete(Delivery).where(Delivery.at < now - kept("deliveries")).execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount


def _drop(ids: Sequence[int], word: str) -> None:
    sendings.note(Delivery, ids, state="dropped", lease_until=None, answer=word)
