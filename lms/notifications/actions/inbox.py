"""Verbs of the inbox: tell, mark as read, forget."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete, select, update

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import insert_new, insert_new_returning, session
from lms.core.retention import kept
from lms.core.texts import Text, as_plain
from lms.notifications import queries
from lms.notifications.actions.messages import Message
from lms.notifications.actions.outgoing import drop_moot, send_out
from lms.notifications.models import Notice

_KEY = 160


def tell(
    person_ids: Sequence[int],
    topic: str,
    sentence: Text,
    link: tuple[str, Mapping[str, object]] | None,
    key: str,
    *,
    urgent: bool = False,
    inbox_only: bool = False,
) -> None:
    """Put one notice into the inbox of each who works here, and on its way out.

    Whoever was told of this key before is not told again.
    """
    tell_each(
        [
            Message(
                person_id=person_id,
                topic=topic,
                sentence=sentence,
                link=link,
                key=key,
                urgent=urgent,
                inbox_only=inbox_only,
            )
            for person_id in sorted(set(person_ids))
        ]
    )


def tell_each(messages: Sequence[Message]) -> None:
    """Put each of these notices into the inbox of its person, in as many statements for a thousand as for one.

    What is new there goes out as well, on the way that its person has.
    """
    if not messages:
        return
    receivers = queries.receivers({each.person_id for each in messages})
    now = clock.now()
    told = {key_of(each.key, each.person_id): each for each in messages if each.person_id in receivers}
    rows = [
        {
            "person_id": each.person_id,
            "topic": each.topic,
            "sentence": as_plain(each.sentence),
            "link": {"endpoint": each.link[0], "values": dict(each.link[1])} if each.link else {},
            "dedup_key": key,
            "at": now,
        }
        for key, each in told.items()
    ]
    if not rows:
        return
    if not queries.working():
        insert_new(Notice, ("dedup_key",), rows)
        return
    new = insert_new_returning(Notice, ("dedup_key",), rows, (Notice.id, Notice.dedup_key))
    send_out({id: (told[key], receivers[told[key].person_id]) for id, key in new}, now)


def settle(person_ids: Sequence[int], key: str) -> None:
    """Take what these people were told under this key as read: they have dealt with it elsewhere."""
    keys = [key_of(key, person_id) for person_id in person_ids]
    unread = select(Notice.id).where(Notice.dedup_key.in_(keys), Notice.read_at.is_(None))
    settle_notices(list(session().scalars(unread)))


def settle_notices(ids: Collection[int]) -> None:
    """Take these notices as read, and send out no more what they say."""
    if ids:
        _read(Notice.id.in_(ids))
        drop_moot(ids)


def read(actor: Actor, ids: Collection[int] | None = None) -> int:
    """Take notices of the actor as read; None = all of them. Return how many were unread."""
    own = Notice.person_id == actor.id
    return _read(own) if ids is None else _read(own, Notice.id.in_(ids))


def forget(now: datetime) -> int:
    """Delete what was read and is older than LMS_KEEP_NOTICES_DAYS; return how many."""
    done = session().execute(delete(Notice).where(Notice.read_at.is_not(None), Notice.at < now - kept("notices")))
    assert isinstance(done, CursorResult)
    return done.rowcount


def key_of(key: str, person_id: int) -> str:
    """Return under which key of its own a notice is kept."""
    ending = f":{person_id}"
    return key[: _KEY - len(ending)] + ending


def _read(*which: object) -> int:
    done = session().execute(update(Notice).where(Notice.read_at.is_(None), *which).values(read_at=clock.now()))  # type: ignore[arg-type]
    assert isinstance(done, CursorResult)
    return done.rowcount
