"""Verbs of the ways out: what is new in an inbox is put on its way, in the transaction that puts it there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from lms.accounts.queries import freezes_of
from lms.accounts.rules.calendar import Freeze
from lms.core import clock, outbox, sendings
from lms.core.db import insert_new, new_public_id, rows, session, wake
from lms.core.here import day_of, settings
from lms.notifications import queries
from lms.notifications.actions.messages import Message
from lms.notifications.models import Delivery, Notice
from lms.notifications.queries.plan import plan
from lms.notifications.rules.hours import when
from lms.notifications.rules.ways import DIGEST, Receiver, chosen

TOPIC = "ways"
TOGETHER = 100
"""People whose messages are timed in one transaction."""


class Times:
    """When what is told to some people at an instant may go out."""

    def __init__(self, now: datetime, person_ids: Collection[int]) -> None:
        self._now = now
        self._hours, self._zone = plan().hours, settings().timezone
        self._silent = freezes_of(person_ids, since=day_of(now))
        self._known: dict[tuple[Sequence[Freeze], bool, bool], datetime] = {}

    def __call__(self, person_id: int, *, urgent: bool = False, daily: bool = False) -> datetime:
        key = (self._silent.get(person_id, ()), urgent, daily)
        if key not in self._known:
            silent = key[0]
            self._known[key] = when(self._now, self._hours, self._zone, silent, urgent=urgent, daily=daily)
        return self._known[key]


def send_out(notices: Mapping[int, tuple[Message, Receiver]], now: datetime) -> None:
    """Put these notices, by their ids, on the way out that each person has; nothing is sent yet.

    Quiet hours, silent days and the digest decide when, never whether.
    """
    working = queries.working()
    times = Times(now, {receiver.person_id for _, receiver in notices.values()})
    made: list[dict[str, Any]] = [
        {
            "public_id": new_public_id(),
            "notice_id": notice_id,
            "channel": way,
            "state": "waiting",
            "urgent": message.urgent,
            "at": now,
            "due_at": times(receiver.person_id, urgent=message.urgent, daily=way == DIGEST),
        }
        for notice_id, (message, receiver) in notices.items()
        if not message.inbox_only
        for way in chosen(receiver, working, urgent=message.urgent)
    ]
    if made:
        insert_new(Delivery, ("notice_id", "channel"), made)
        if any(row["due_at"] <= now for row in made):
            wake()


def time_soon(person_ids: Collection[int]) -> None:
    """Time what waits for these people anew: at once for up to 100, else the worker does it, 100 at a time."""
    if not queries.working():
        return
    if len(set(person_ids)) <= TOGETHER:
        time_anew(person_ids)
    else:
        outbox.put_ids(TOPIC, person_ids, TOGETHER)


def time_anew(person_ids: Collection[int]) -> int:
    """Let what waits for a later moment go out when the silent days of these people allow it now; return how many."""
    now = clock.now()
    waiting = rows(
        select(Delivery.id, Delivery.channel, Delivery.due_at, Notice.person_id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Notice.person_id.in_(person_ids),
            Delivery.state == "waiting",
            Delivery.tries == 0,  # what failed waits for its next try, and is looked at then
            Delivery.due_at > now,
        )
    ).all()
    if not waiting:
        return 0
    times = Times(now, {row.person_id for row in waiting})
    due = [{"id": row.id, "due_at": times(row.person_id, daily=row.channel == DIGEST)} for row in waiting]
    moved = [new for new, old in zip(due, waiting, strict=True) if new["due_at"] != old.due_at]
    if moved:
        session().execute(update(Delivery), moved)
        wake()
    return len(moved)


def drop_moot(notice_ids: Collection[int]) -> None:
    """Send out no more what these notices say: it is dealt with. What is being sent just now is sent."""
    now = clock.now()
    session().execute(
        update(Delivery)
        .where(
            Delivery.notice_id.in_(notice_ids),
            Delivery.state == "waiting",
            sendings.is_free(Delivery, now),
        )
        .values(state="dropped", answer="settled", lease_until=None)
        .execution_options(synchronize_session=False)
    )
