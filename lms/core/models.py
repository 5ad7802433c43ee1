"""Tables of the floor: what the installation is called, who did what, and when each job last ran."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, pk, plain, pseudonym, type_json


@append_only
class AuditEntry(Base):
    """Who did what to what, from what to what. No name, number or text of a person enters: it can't be erased."""

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


class Installation(Base):
    """What this installation is called; one row, id 1, made when the first of it is written.

    steward_id: who owns the documents whose 负责人 nobody here is (the shipped content names people of its own).
    """

    __tablename__ = "installation"
    id: Mapped[pk]
    company: Mapped[str] = plain(String(80), default="", server_default="")
    help_line: Mapped[str] = plain(String(80), default="", server_default="")
    steward_id: Mapped[int | None] = pseudonym()


class SigningKey(Base):
    """A key by which the academy signs badges and what it says to other learning systems (RS256). See core/keys.py.

    kid: the thumbprint of the public half. sealed: the private half, encrypted under LMS_SECRET_KEY. retired_at: since
    when nothing new is signed by it; its public half stays, for what was signed.
    """

    __tablename__ = "signing_key"
    id: Mapped[pk]
    kid: Mapped[str] = plain(String(64), unique=True)
    public: Mapped[dict[str, Any]] = plain(type_json)
    sealed: Mapped[str] = plain()
    made_at: Mapped[datetime] = plain()
    retired_at: Mapped[datetime | None] = plain()


class WorkerBeat(Base):
    """When each job last ran (None = never), and which worker has it now (until lease_until, then anybody).

    next_at: from when on it is due. See core/turns.py.
    """

    __tablename__ = "worker_beat"
    job: Mapped[str] = plain(String(60), primary_key=True)
    at: Mapped[datetime | None] = plain()
    error: Mapped[str] = plain(String(400), default="", server_default="")
    next_at: Mapped[datetime | None] = plain()
    lease_until: Mapped[datetime | None] = plain()
    leased_by: Mapped[str] = plain(String(60), default="", server_default="")


class BackupRun(Base):
    """A backup, or the drill of one, that was made or failed. See core/backups.py.

    kind: backup | drill. nightly: made by the worker. file: its name, without the folder. size: in bytes. row_count,
    file_count: what is in it. error: why it failed, empty where it did not.
    """

    __tablename__ = "backup_run"
    __table_args__ = (Index("ix_backup_run_kind", "kind", "ended_at"),)
    id: Mapped[pk]
    kind: Mapped[str] = plain(String(10))
    nightly: Mapped[bool] = plain(default=False)
    started_at: Mapped[datetime] = plain()
    ended_at: Mapped[datetime] = plain()
    file: Mapped[str] = plain(String(200))
    size: Mapped[int] = plain(default=0, server_default="0")
    row_count: Mapped[int] = plain(default=0, server_default="0")
    file_count: Mapped[int] = plain(default=0, server_default="0")
    error: Mapped[str] = plain(String(400), default="", server_default="")


class Outbox(Base):
    """Something that is to leave the transaction that caused it: the search index, a mail, a webhook.

    stream: what must happen in order. key: of what; an open row of the same topic and key is raised (`touched`), not
    doubled. A drainer leases rows until `lease_until` and finishes only the `touched` that it leased.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "topic",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
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
    topic: Mapped[str] = plain(String(20))
    stream: Mapped[str] = plain(String(80), default="", server_default="")
    key: Mapped[str] = plain(String(80))
    payload: Mapped[dict[str, Any]] = plain(type_json, default=dict)
    touched: Mapped[int] = plain(default=1, server_default="1")
    due_at: Mapped[datetime] = plain()
    tries: Mapped[int] = plain(default=0, server_default="0")
    lease_until: Mapped[datetime | None] = plain()
    done_at: Mapped[datetime | None] = plain()
    error: Mapped[str] = plain(String(400), default="", server_default="")
