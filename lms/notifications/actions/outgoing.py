"""Verbs of the ways out: what is new in an inbox is put on its way, in the transaction that puts it there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms.core.db import insert_new, new_public_id, wake
from lms.core.here import settings
from lms.notifications import queries
from lms.notifications.actions.messages import Message
from lms.notifications.models import Delivery
from lms.notifications.queries.plan import plan
from lms.notifications.rules.hours import when
from lms.notifications.rules.ways import DIGEST, Receiver, chosen


def send_out(notices: Mapping[int, tuple[Message, Receiver]], now: datetime) -> None:
    """Put these notices, by their ids, on the way out that each person has; nothing is sent yet.

    Quiet hours and the digest decide when, never whether.
    """
    working = queries.working()
    hours = plan().hours
    zone = settings().timezone
    times = {
        (urgent, daily): when(now, hours, zone, urgent=urgent, daily=daily)
        for urgent in (False, True)
        for daily in (False, True)
    }
    rows: list[dict[str, Any]] = [
        {
            "public_id": new_public_id(),
            "notice_id": notice_id,
            "channel": way,
            "state": "waiting",
            "urgent": message.urgent,
            "at": now,
            "due_at": times[message.urgent, way == DIGEST],
        }
        for notice_id, (message, receiver) in notices.items()
        if not message.inbox_only
        for way in chosen(receiver, working, urgent=message.urgent)
    ]
    if rows:
        insert_new(Delivery, ("notice_id", "channel"), rows)
        if any(row["due_at"] <= now for row in rows):
            wake()
