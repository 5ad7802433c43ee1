"""Tables of the floor: what leaves the process, and who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, pk, plain, pseudonym


class Outbox(Base):
    """Something to be done outside the transaction. Rows of one (topic, key) fold: the upsert raises `touched`."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "topic", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
        Index(
            "uq_outbox_open",
            "topic",
            "key",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )
    id: Mapped[pk]
    topic: Mapped[str] = plain(String(40))
    stream: Mapped[str] = plain(String(80))
    key: Mapped[str] = plain(String(120))
    payload: Mapped[dict[str, Any]] = free_text(default=dict)
    touched: Mapped[int] = plain(default=1, server_default="1")
    due_at: Mapped[datetime] = plain()
    tries: Mapped[int] = plain(default=0, server_default="0")
    lease_until: Mapped[datetime | None] = plain()
    done_at: Mapped[datetime | None] = plain()


@append_only
class AuditEntry(Base):
    """Who did what to what, from what to what. Texts go through masking first; values of secrets never enter."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_kind", "object_id", "id"),)
    id: Mapped[pk]
    at: Mapped[datetime] = plain()
    actor_id: Mapped[int | None] = pseudonym()
    verb: Mapped[str] = plain(String(60))
    object_kind: Mapped[str] = plain(String(40))
    object_id: Mapped[str] = plain(String(80))
    person_id: Mapped[int | None] = pseudonym(index=True)
    before: Mapped[dict[str, Any]] = free_text(default=dict)
    after: Mapped[dict[str, Any]] = free_text(default=dict)


class WorkerBeat(Base):
    """When each job last ran, for the health page."""

    __tablename__ = "worker_beat"
    job: Mapped[str] = plain(String(60), primary_key=True)
    at: Mapped[datetime] = plain()
    error: Mapped[str] = plain(String(400), default="", server_default="")
