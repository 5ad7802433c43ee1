"""Tables of studying: where somebody stopped reading, and what waits for a confirmation."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, personal, pk, plain, pseudonym, type_json


class Reading(Base):
    """Where a person is in a lesson or article. `observed_seconds`: measured since the last completion."""

    __tablename__ = "reading"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    anchor: Mapped[str] = plain(String(200), default="", server_default="")
    section: Mapped[int] = plain(default=0, server_default="0")  # sections read, from the top
    sections: Mapped[int] = plain(default=0, server_default="0")
    observed_seconds: Mapped[int] = personal(default=0, server_default="0")
    checks: Mapped[dict[str, Any]] = free_text(type_json, default=dict)  # self-check answers by question key
    started_at: Mapped[datetime] = plain()
    last_at: Mapped[datetime] = plain()


class TaskWork(Base):
    """A person's work on a task.

    state: working | submitted | returned | confirmed. confirmer: mentor | trainer | self, as the task says.
    """

    __tablename__ = "task_work"
    __table_args__ = (
        UniqueConstraint("person_id", "document_id"),
        Index("ix_task_work_state", "state", "submitted_at"),
    )
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    document_id: Mapped[int] = plain(ForeignKey("document.id"), index=True)
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    state: Mapped[str] = plain(String(12))
    confirmer: Mapped[str] = plain(String(12), default="mentor", server_default="mentor")
    ticked: Mapped[list[Any]] = plain(type_json, default=list)  # positions of the checklist, from 0
    evidence: Mapped[str] = free_text(default="", server_default="")
    submitted_at: Mapped[datetime | None] = plain()
    decided_at: Mapped[datetime | None] = plain()
    decided_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    remark: Mapped[str] = free_text(default="", server_default="")
    version: Mapped[int] = plain(default=1, server_default="1")


class Upload(Base):
    """A file handed in as evidence; bytes lie under `uploads/`, named by their digest."""

    __tablename__ = "upload"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    task_work_id: Mapped[int | None] = plain(ForeignKey("task_work.id"), index=True)
    name: Mapped[str] = free_text(String(200))
    media_type: Mapped[str] = plain(String(80))
    size: Mapped[int] = plain()
    sha: Mapped[bytes] = plain()
    at: Mapped[datetime] = plain()


class Watching(Base):
    """How much of a video or a sound a person has seen. position: milliseconds, where they stopped.

    watched: the parts seen, as [[from, to], …] in milliseconds, in order, not touching; capped by the server's clock.
    """

    __tablename__ = "watching"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    attachment_id: Mapped[int] = plain(ForeignKey("attachment.id"), primary_key=True)
    position: Mapped[int] = plain(default=0, server_default="0")
    watched: Mapped[list[Any]] = plain(type_json, default=list)
    started_at: Mapped[datetime] = plain()
    last_at: Mapped[datetime] = plain()
