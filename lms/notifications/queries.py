"""Reading what a person was told: the mark in the bar of every page, the inbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, select, true

from lms.core.db import rows
from lms.core.texts import Text, from_plain
from lms.kb.queries.urgent import WAITING, Urgent, urgent_of
from lms.notifications.models import Notice

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What every page shows of a person's affairs. unread: notices; urgent: what waits for a 确认, the newest first."""

    unread: int = 0
    urgent: tuple[Urgent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notice of the inbox. endpoint: where it goes on, "" = nowhere."""

    id: int
    topic: str
    sentence: Text
    endpoint: str
    values: Mapping[str, Any]
    at: datetime
    read: bool


_unread = (
    select(func.count())
    .select_from(Notice)
    .where(Notice.person_id == bindparam("person_id"), Notice.read_at.is_(None))
    .scalar_subquery()
)
_waiting = WAITING.subquery()
_one = select(literal(1).label("one")).subquery()
_ALERTS = (
    select(_unread.label("unread"), *_waiting.c)
    .select_from(_one.outerjoin(_waiting, true()))
    .order_by(_waiting.c.sent_at.desc())
)
"""One statement for the whole bar: a row for each urgent notice, one row of NULLs where there is none."""

_INBOX = (
    select(Notice.id, Notice.topic, Notice.sentence, Notice.link, Notice.at, Notice.read_at)
    .where(
        Notice.person_id == bindparam("person_id"),
        Notice.id < bindparam("before"),
    )
    .order_by(Notice.id.desc())
    .limit(bindparam("most"))
)
_UNREAD = _INBOX.where(Notice.read_at.is_(None))
LAST = 2**62
"""Above every id of a notice."""


def alerts(person_id: int, now: datetime) -> Alerts:
    """Return what the bar of every page shows, in one statement."""
    found = rows(_ALERTS, {"person_id": person_id, "now": now}).all()
    return Alerts(
        unread=found[0].unread,
        urgent=tuple(urgent_of(row) for row in found if row.public_id is not None),
    )


def inbox(person_id: int, *, before: int = LAST, limit: int = PAGE, unread: bool = False) -> list[Told]:
    """Return notices, the newest first. before: only those with a lower id. unread: only those."""
    found = rows(_UNREAD if unread else _INBOX, {"person_id": person_id, "before": before, "most": limit})
    return [_told(row) for row in found]


def _told(row: Any) -> Told:
    return Told(
        id=row.id,
        topic=row.topic,
        sentence=from_plain(row.sentence) if row.sentence else Text(""),
        endpoint=row.link.get("endpoint", "") if row.link else "",
        values=row.link.get("values", {}) if row.link else {},
        at=row.at,
        read=row.read_at is not None,
    )


def of_person(person_id: int, ids: Sequence[int]) -> list[Told]:
    """Return those of these notices that are the person's own."""
    statement = select(Notice.id, Notice.topic, Notice.sentence, Notice.link, Notice.at, Notice.read_at).where(
        Notice.person_id == person_id, Notice.id.in_(ids)
    )
    return [_told(row) for row in rows(statement)]
