"""Reading what a person was told: the mark in the bar of every page, the inbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from lms.accounts.models import Person
from lms.core.db import rows
from lms.core.texts import Text, from_plain
from lms.kb.queries.urgent import Urgent
from lms.notifications.models import Notice

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What every page shows of a person's affairs. unread: notices; urgent: what waits for a 确认, the newest first."""

    unread: int = 0
    urgent: tuple[Urgent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notice of the inbox. endpoint: where it goes on, "" = nowhere. key: under which it is kept."""

    id: int
    key: str
    topic: str
    sentence: Text
    endpoint: str
    values: Mapping[str, Any]
    at: datetime
    read: bool


UNREAD = (
    select(func.count())
    .select_from(Notice)
    .where(Notice.person_id == Person.id, Notice.read_at.is_(None))
    .correlate(Person)
    .scalar_subquery()
)
"""How many notices a person has not read: read with whoever asks, so that the bell costs no statement of its own."""

_COLUMNS = (Notice.id, Notice.dedup_key, Notice.topic, Notice.sentence, Notice.link, Notice.at, Notice.read_at)
_INBOX = (
    select(*_COLUMNS)
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


def inbox(person_id: int, *, before: int = LAST, limit: int = PAGE, unread: bool = False) -> list[Told]:
    """Return notices, the newest first. before: only those with a lower id. unread: only those."""
    found = rows(_UNREAD if unread else _INBOX, {"person_id": person_id, "before": before, "most": limit})
    return [_told(row) for row in found]


def _told(row: Any) -> Told:
    return Told(
        id=row.id,
        key=row.dedup_key,
        topic=row.topic,
        sentence=from_plain(row.sentence) if row.sentence else Text(""),
        endpoint=row.link.get("endpoint", "") if row.link else "",
        values=row.link.get("values", {}) if row.link else {},
        at=row.at,
        read=row.read_at is not None,
    )


def of_person(person_id: int, ids: Sequence[int]) -> list[Told]:
    """Return those of these notices that are the person's own."""
    statement = select(*_COLUMNS).where(Notice.person_id == person_id, Notice.id.in_(ids))
    return [_told(row) for row in rows(statement)]
