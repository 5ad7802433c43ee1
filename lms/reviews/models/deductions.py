"""Deductions are points (扣分): the rules that are public to all, and who lost points by which. Never money."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym


class DeductionRule(Base):
    """What costs how many points, from a day to a day (included; None = still). red_line: 红线. words: public text.

    A rule is never changed, only ended and followed by another with the same code: who lost points by it can read what
    it said.
    """

    __tablename__ = "deduction_rule"
    __table_args__ = (
        Index("ix_deduction_rule_code", "code", "from_on"),
        CheckConstraint("points BETWEEN 1 AND 100", name="points_in_range"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    code: Mapped[str] = plain(String(40))
    item: Mapped[str] = plain(String(80))
    points: Mapped[int] = plain()
    red_line: Mapped[bool] = plain(default=False, server_default=text("false"))
    words: Mapped[str] = plain(default="", server_default="")
    from_on: Mapped[date] = plain()
    until_on: Mapped[date | None] = plain()
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class Deduction(Base):
    """Points that a person loses by a rule. state: noticed | appealed | upheld | withdrawn | effective.

    It counts only when effective: after appeal_until (included), and not while an appeal waits for its answer.
    day: on which it happened; its quarter is the one in which it counts. source: hand | inspection; source_ref: the
    public id of the inspection. given_by: None where an inspection gave it. points, red_line: as the rule said.
    """

    __tablename__ = "deduction"
    __table_args__ = (
        Index("ix_deduction_person", "person_id", "day"),
        Index("ix_deduction_state", "state", "appeal_until"),
        Index(
            "uq_deduction_source",
            "rule_id",
            "source_ref",
            unique=True,
            sqlite_where=text("source_ref <> ''"),
            postgresql_where=text("source_ref <> ''"),
        ),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    rule_id: Mapped[int] = plain(ForeignKey("deduction_rule.id"), index=True)
    points: Mapped[int] = plain()
    red_line: Mapped[bool] = plain(default=False, server_default=text("false"))
    why: Mapped[str] = free_text()
    day: Mapped[date] = plain()
    source: Mapped[str] = plain(String(12), default="hand", server_default="hand")
    source_ref: Mapped[str] = plain(String(40), default="", server_default="")
    state: Mapped[str] = plain(String(12), default="noticed", server_default="noticed")
    given_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    given_at: Mapped[datetime] = plain()
    appeal_until: Mapped[date] = plain()
    appeal: Mapped[str] = free_text(default="", server_default="")
    appealed_at: Mapped[datetime | None] = plain()
    answer: Mapped[str] = free_text(default="", server_default="")
    answered_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = plain()
    effective_at: Mapped[datetime | None] = plain()
