"""Who takes a package, and what it says of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


class CoursewareAttempt(Base):
    """One time that somebody takes a package, with the version with which it was begun. state: open | ended.

    status: rules/verdict.py. met: whether the document's condition holds. earned, possible: 1/27,720 point, None while
    there is no score. logged: the log has its line. seconds: how long the package's pages were in front.
    """

    __tablename__ = "courseware_attempt"
    __table_args__ = (
        UniqueConstraint("person_id", "document_id", "number"),
        Index(
            "uq_courseware_attempt_open",
            "person_id",
            "document_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_courseware_attempt_document", "document_id", "last_at"),
        CheckConstraint("earned IS NULL OR (earned >= 0 AND earned <= possible)", name="earned_in_range"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    package_id: Mapped[int] = plain(ForeignKey("courseware_package.id"))
    number: Mapped[int] = plain()
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    status: Mapped[str] = plain(String(12), default="new", server_default="new")
    met: Mapped[bool] = plain(default=False, server_default=text("false"))
    logged: Mapped[bool] = plain(default=False, server_default=text("false"))
    earned: Mapped[int | None] = plain()
    possible: Mapped[int | None] = plain()
    seconds: Mapped[int] = plain(default=0, server_default="0")
    started_at: Mapped[datetime] = plain()
    last_at: Mapped[datetime] = plain()
    ended_at: Mapped[datetime | None] = plain()


class CoursewareState(Base):
    """What one part of a package says of its learner. place: of the part, from 0. cmi: its elements, texts by name.

    launch: how often it was opened; what an earlier opening still sends changes nothing. seq: of the last message that
    was kept. hundredths: 1/100 s of the openings before this one. left: the part has taken its leave.
    """

    __tablename__ = "courseware_state"
    attempt_id: Mapped[int] = plain(ForeignKey("courseware_attempt.id"), primary_key=True, autoincrement=False)
    place: Mapped[int] = plain(primary_key=True, autoincrement=False)
    launch: Mapped[int] = plain(default=0, server_default="0")
    launched_at: Mapped[datetime] = plain()
    seq: Mapped[int] = plain(default=0, server_default="0")
    cmi: Mapped[dict[str, Any]] = free_text(type_json, default=dict)
    hundredths: Mapped[int] = plain(default=0, server_default="0")
    left: Mapped[bool] = plain(default=False, server_default=text("false"))
    saved_at: Mapped[datetime | None] = plain()
