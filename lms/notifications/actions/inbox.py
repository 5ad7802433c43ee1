"""Verbs of the inbox: tell, mark as read, forget."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update

from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import insert_new, session
from lms.core.texts import Text, as_plain
from lms.notifications.models import Notice

KEPT = timedelta(days=400)
"""A notice that was read is kept so long; one that was not stays."""

_KEY = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one person is to be told; see `Told` for the fields."""

    person_id: int
    topic: str
    sentence: Text
    link: tuple[str, Mapping[str, object]] | None
    key: str
    urgent: bool = False
    inbox_only: bool = False


def tell(
    person_ids: Sequence[int], topic: str, sentence: Text, link: tuple[str, Mapping[str, object]] | None, key: str
) -> None:
    """Put one notice into the inbox of each who works here. Whoever was told of this key before is not told again."""
    tell_each(
        [
            Message(person_id=person_id, topic=topic, sentence=sentence, link=link, key=key)
            for person_id in sorted(set(person_ids))
        ]
    )


def tell_each(messages: Sequence[Message]) -> None:
    """Put each of these notices into the inbox of its person, in as many statements for a thousand as for one."""
    if not messages:
        return
    here = set(
        session().scalars(select(Person.id).where(Person.id.in_({each.person_id for each in messages}), Person.active))
    )
    now = clock.now()
    rows = [
        {
            "person_id": each.person_id,
            "topic": each.topic,
            "sentence": as_plain(each.sentence),
            "link": {"endpoint": each.link[0], "values": dict(each.link[1])} if each.link else {},
            "dedup_key": key_of(each.key, each.person_id),
            "at": now,
        }
        for each in messages
        if each.person_id in here
    ]
    if rows:
        insert_new(Notice, ("dedup_key",), rows)


def settle(person_ids: Sequence[int], key: str) -> None:
    """Take what these people were told under this key as read: they have dealt with it elsewhere."""
    _read(Notice.dedup_key.in_([key_of(key, person_id) for person_id in person_ids]))


def read(actor: Actor, ids: Collection[int] | None = None) -> int:
    """Take notices of the actor as read; None = all of them. Return how many were unread."""
    own = Notice.person_id == actor.id
    return _read(own) if ids is None else _read(own, Notice.id.in_(ids))


def forget(now: datetime) -> int:
    """Delete what was read and is older than KEPT; return how many."""
    done = session().execute(delete(Notice).where(Notice.read_at.is_not(None), Notice.at < now - KEPT))
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
