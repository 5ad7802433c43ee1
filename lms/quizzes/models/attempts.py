"""Tables of attempts: what was drawn, what was answered, what it earned."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json

type_answer = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""An answer that was taken back is NULL, not a JSON null."""


class Attempt(Base):
    """One person's paper. state: open | submitted | expired | voided. One open attempt at most per person and quiz.

    limits: the quiz's rules, the person's time factor, the credited minutes and the seed, as frozen at the start.
    `ended_by`: person | deadline | trainer.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("person_id", "document_id", "occasion", "number"),
        Index(
            "uq_attempt_open",
            "person_id",
            "document_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_attempt_document", "document_id", "state"),
        Index(
            "ix_attempt_deadline",
            "deadline_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("earned IS NULL OR (earned >= 0 AND earned <= possible)", name="earned_in_range"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    occasion: Mapped[str] = plain(String(40), default="once", server_default="once")
    number: Mapped[int] = plain()
    mode: Mapped[str] = plain(String(12))  # exam | check | practice | recurring
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    started_at: Mapped[datetime] = plain()
    deadline_at: Mapped[datetime | None] = plain()
    paused_at: Mapped[datetime | None] = plain()  # by a trainer; the deadline moves when it goes on
    submitted_at: Mapped[datetime | None] = plain()
    ended_by: Mapped[str | None] = plain(String(12))
    total: Mapped[int] = plain()  # questions on the paper
    limits: Mapped[dict[str, Any]] = deferred(plain(type_json))  # an answer save never selects it
    earned: Mapped[int | None] = plain()
    possible: Mapped[int] = plain()
    passed: Mapped[bool | None] = plain()


class AttemptItem(Base):
    """One drawn question and its answer: one row, inserted at the start. points, earned in 1/27,720 point.

    value: the answer in the shape of the API but in the author's ids, wrapped as {"v": …}; NULL = not answered.
    seq: the client's number. answered: nothing is left to fill in. earned: set when the answer is final.
    seconds: how long the question was in front. waiting: a person has still to mark the answer. graded_as: the
    corrected version by which it was marked again; dropped: it counts for nobody any more. points: as drawn, also then.
    """

    __tablename__ = "attempt_item"
    __table_args__ = (
        Index("ix_attempt_item_part_version", "part_version_sha"),
        Index("ix_attempt_item_part", "part_id", "attempt_id"),
        Index(
            "ix_attempt_item_waiting",
            "attempt_id",
            sqlite_where=text("waiting"),
            postgresql_where=text("waiting"),
        ),
    )
    attempt_id: Mapped[int] = plain(ForeignKey("attempt.id"), primary_key=True)
    position: Mapped[int] = plain(primary_key=True, autoincrement=False)
    key: Mapped[str] = plain(String(12))  # the question's name in the API, unique within the attempt
    part_id: Mapped[int] = plain(ForeignKey("part.id"))
    part_version_sha: Mapped[bytes] = plain(LargeBinary(32), ForeignKey("part_version.sha"))
    option_order: Mapped[dict[str, Any]] = plain(type_json)
    points: Mapped[int] = plain()
    value: Mapped[dict[str, Any] | None] = free_text(type_answer)
    answered: Mapped[bool] = plain(default=False, server_default=text("false"))
    seq: Mapped[int] = plain(default=0, server_default="0")
    saved_at: Mapped[datetime | None] = plain()
    seconds: Mapped[int | None] = plain()
    flagged: Mapped[bool] = plain(default=False, server_default=text("false"))
    earned: Mapped[int | None] = plain()
    waiting: Mapped[bool] = plain(default=False, server_default=text("false"))
    graded_as: Mapped[bytes | None] = plain(LargeBinary(32), ForeignKey("part_version.sha"))
    dropped: Mapped[bool] = plain(default=False, server_default=text("false"))
    marked_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    mark_version: Mapped[int] = plain(default=0, server_default="0")
