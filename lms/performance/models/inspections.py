"""质检: what is looked at in conversations, the verdicts, who contests them, and whether it was mended.

A verdict counts for nothing before it is effective: first the person is told and may appeal.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym


class InspectionSettings(Base):
    """How the company inspects; one row, id 1. appeal_days: 0–30. passes: verdicts in a row that close a loop, 1–10."""

    __tablename__ = "inspection_settings"
    id: Mapped[pk]
    appeal_days: Mapped[int] = plain(default=3, server_default="3")
    passes: Mapped[int] = plain(default=2, server_default="2")


class InspectionItem(Base):
    """检查项. points: what it earns at most (分值). pass_percent: of them, below which it is failed.

    red_line: failing it makes the whole inspection 0 (一票否决). document_id: what is learned after a failure.
    recheck_id: what is then answered or played, None = only inspectors look again; recheck_days: how long after.
    """

    __tablename__ = "inspection_item"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    code: Mapped[str] = plain(String(40), unique=True)
    name: Mapped[str] = plain(String(80), unique=True)
    points: Mapped[int] = plain(default=10, server_default="10")
    pass_percent: Mapped[int] = plain(default=60, server_default="60")
    red_line: Mapped[bool] = plain(default=False, server_default=text("false"))
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"), index=True)
    recheck_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    recheck_days: Mapped[int] = plain(default=7, server_default="7")
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class InspectionBatch(Base):
    """One file or call of which verdicts came. source: file | api. rows: how many it held; added: how many were new."""

    __tablename__ = "inspection_batch"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    source: Mapped[str] = plain(String(8))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
    rows: Mapped[int] = plain(default=0, server_default="0")
    added: Mapped[int] = plain(default=0, server_default="0")
    masked: Mapped[int] = plain(default=0, server_default="0")


class Inspection(Base):
    """What one inspector found in one conversation (会话号) of one person.

    day: of the conversation. score: 0–100, two decimals; 0 where a red line was crossed; None where no verdict is left.
    state: open (told, may be appealed against until appeal_until) | appealed (waits for an answer) | stands (the
    appeal was rejected) | effective | overturned. second: another inspector was first; it serves the agreement alone.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        UniqueConstraint("conversation", "inspector_id"),
        Index("ix_inspection_person", "person_id", "day"),
        Index("ix_inspection_day", "day", "state"),
        Index("ix_inspection_waiting", "state", "appeal_until"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    conversation: Mapped[str] = plain(String(80))
    day: Mapped[date] = plain()
    inspector_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    batch_id: Mapped[int] = plain(ForeignKey("inspection_batch.id"), index=True)
    score: Mapped[float | None] = personal()
    failed: Mapped[int] = plain(default=0, server_default="0")
    red: Mapped[bool] = plain(default=False, server_default=text("false"))
    second: Mapped[bool] = plain(default=False, server_default=text("false"))
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    told_at: Mapped[datetime] = plain()
    appeal_until: Mapped[datetime] = plain()
    effective_at: Mapped[datetime | None] = plain()


class InspectionFinding(Base):
    """The verdict on one item. score, possible: points. quote: 原话 of the conversation, masked before it is kept.

    overturned: an appeal was right about it; it counts no more.
    """

    __tablename__ = "inspection_finding"
    __table_args__ = (Index("ix_inspection_finding_item", "item_id", "failed", "inspection_id"),)
    inspection_id: Mapped[int] = plain(ForeignKey("inspection.id"), primary_key=True)
    item_id: Mapped[int] = plain(ForeignKey("inspection_item.id"), primary_key=True)
    score: Mapped[float] = personal()
    possible: Mapped[float] = plain()
    failed: Mapped[bool] = plain()
    red: Mapped[bool] = plain(default=False, server_default=text("false"))
    quote: Mapped[str] = free_text(default="", server_default="")
    comment: Mapped[str] = free_text(default="", server_default="")
    overturned: Mapped[bool] = plain(default=False, server_default=text("false"))


class InspectionAppeal(Base):
    """申诉: why the person thinks that a verdict is wrong, and what somebody else than the inspector answered.

    decision: "" until then | upheld (at least one verdict was overturned) | rejected.
    """

    __tablename__ = "inspection_appeal"
    __table_args__ = (Index("ix_inspection_appeal_open", "decision", "made_at"),)
    inspection_id: Mapped[int] = plain(ForeignKey("inspection.id"), primary_key=True)
    reason: Mapped[str] = free_text()
    made_at: Mapped[datetime] = plain()
    decision: Mapped[str] = plain(String(12), default="", server_default="")
    answer: Mapped[str] = free_text(default="", server_default="")
    answered_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = plain()


class InspectionLoop(Base):
    """闭环: what came of a failed item. state: open | learned | rechecked, then closed or repeated.

    At most one of a person and item is not ended. opened_on: day of the failed conversation. assignment_id: what was
    to be learned, recheck_id: what was then to be answered; recheck_on: from when inspectors look again. fails: how
    many verdicts it took in. round: 1, one more for each that was repeated before it.
    """

    __tablename__ = "inspection_loop"
    __table_args__ = (
        Index(
            "uq_inspection_loop_live",
            "person_id",
            "item_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index("ix_inspection_loop_item", "item_id", "state"),
        Index("ix_inspection_loop_recheck", "ended_on", "recheck_on"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    item_id: Mapped[int] = plain(ForeignKey("inspection_item.id"))
    inspection_id: Mapped[int] = plain(ForeignKey("inspection.id"))
    round: Mapped[int] = plain(default=1, server_default="1")
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    opened_on: Mapped[date] = plain()
    opened_at: Mapped[datetime] = plain()
    assignment_id: Mapped[int | None] = plain(ForeignKey("assignment.id"), index=True)
    recheck_id: Mapped[int | None] = plain(ForeignKey("assignment.id"), index=True)
    recheck_on: Mapped[date] = plain()
    learned_on: Mapped[date | None] = plain()
    passes: Mapped[int] = plain(default=0, server_default="0")
    fails: Mapped[int] = plain(default=1, server_default="1")
    ended_on: Mapped[date | None] = plain()
