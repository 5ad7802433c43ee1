"""Tables of marking: who gave how many points and why, second marks, corrected keys, what was said of a question."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


@append_only
class GradeChange(Base):
    """Every change of what one answer earned, points in 1/27,720. kind: auto | mark | settle | regrade.

    auto: by the rubric when the attempt was closed; settle: after two markers differed. version: the answer's
    mark_version after it. criteria: what each line of the rubric gave, [{"line", "points", "words"}]. made_by: None =
    the server.
    """

    __tablename__ = "grade_change"
    __table_args__ = (Index("ix_grade_change_answer", "attempt_id", "position"),)
    id: Mapped[pk]
    attempt_id: Mapped[int] = plain(ForeignKey("attempt.id"))
    position: Mapped[int] = plain()
    kind: Mapped[str] = plain(String(12))
    earned_before: Mapped[int | None] = plain()
    earned_after: Mapped[int] = plain()
    version: Mapped[int] = plain()
    criteria: Mapped[list[Any]] = plain(type_json, default=list)
    note: Mapped[str] = free_text(default="", server_default="")
    regrade_id: Mapped[int | None] = plain(ForeignKey("regrade.id"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class MarkingPlan(Base):
    """How the written answers of a quiz are marked. second_percent: 0..100, share of answers that two people mark."""

    __tablename__ = "marking_plan"
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    blind: Mapped[bool] = plain()
    second_percent: Mapped[int] = plain()
    set_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    set_at: Mapped[datetime] = plain()


class SecondMark(Base):
    """An answer that a second person marks without seeing the first marks. marked_by: None while it waits."""

    __tablename__ = "second_mark"
    attempt_id: Mapped[int] = plain(ForeignKey("attempt.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = plain(primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime] = plain()
    earned: Mapped[int | None] = plain()
    criteria: Mapped[list[Any]] = plain(type_json, default=list)
    note: Mapped[str] = free_text(default="", server_default="")
    marked_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    marked_at: Mapped[datetime | None] = plain()
    settled_at: Mapped[datetime | None] = plain()


class Regrade(Base):
    """重新判分: a question's key was corrected (to_sha) or the question dropped (to_sha None), for a reason.

    from_sha: the version that was asked, wherever that was; document_id: the quiz from which somebody went about it.
    remark: answers that a person had marked were marked anew too. The counts are those of the preview that was applied;
    done_at: None while it is being applied in portions. The last one of a version says how it counts from then on.
    """

    __tablename__ = "regrade"
    __table_args__ = (
        Index(
            "uq_regrade_going",
            "from_sha",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), index=True)
    part_id: Mapped[int] = plain(ForeignKey("part.id"))
    from_sha: Mapped[bytes] = plain(LargeBinary(32), ForeignKey("part_version.sha"), index=True)
    to_sha: Mapped[bytes | None] = plain(LargeBinary(32), ForeignKey("part_version.sha"))
    remark: Mapped[bool] = plain(default=False, server_default=text("false"))
    reason: Mapped[str] = free_text()
    counts: Mapped[dict[str, Any]] = plain(type_json)
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    done_at: Mapped[datetime | None] = plain()


@append_only
class RegradeLine(Base):
    """The old result of an attempt beside its new one, points in 1/27,720."""

    __tablename__ = "regrade_line"
    __table_args__ = (UniqueConstraint("attempt_id", "regrade_id"),)
    regrade_id: Mapped[int] = plain(ForeignKey("regrade.id"), primary_key=True, autoincrement=False)
    attempt_id: Mapped[int] = plain(ForeignKey("attempt.id"), primary_key=True, autoincrement=False)
    old_earned: Mapped[int] = plain()
    old_possible: Mapped[int] = plain()
    old_passed: Mapped[bool | None] = plain()
    new_earned: Mapped[int] = plain()
    new_possible: Mapped[int] = plain()
    new_passed: Mapped[bool | None] = plain()


class ItemVerdict(Base):
    """What a trainer said of a hint about a question's version: seen, and why nothing is to be done. kind: the hint.

    answers: how many the hint rested on then; with twice as many it is shown again.
    """

    __tablename__ = "item_verdict"
    part_version_sha: Mapped[bytes] = plain(LargeBinary(32), ForeignKey("part_version.sha"), primary_key=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = plain(String(20), primary_key=True)
    answers: Mapped[int] = plain()
    note: Mapped[str] = free_text(default="", server_default="")
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class QuizHealth(Base):
    """How the questions of a quiz do, as they were last looked at: a projection, made anew at any time.

    papers: attempts that counted. bad: questions that are asked today and have something wrong, nobody having said
    otherwise; look: questions with any other hint. worst: the weightiest hint, as lms.core.texts.as_plain.
    """

    __tablename__ = "quiz_health"
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    papers: Mapped[int] = plain()
    bad: Mapped[int] = plain()
    look: Mapped[int] = plain()
    worst: Mapped[dict[str, Any] | None] = plain(type_json)
    made_at: Mapped[datetime] = plain()
