"""The composite score: formulas in versions, who has read them, and what was computed by them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


class Formula(Base):
    """A version of the formula of the composite score. spec: rules.formulas.Spec as JSON; fixed once published.

    state: draft, published, ended (a draft that was dropped). from_on: first day of the first quarter that it is for.
    reason: why it became so, or why it stays (the quarterly review).
    """

    __tablename__ = "formula"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    version: Mapped[int] = plain(unique=True)
    name: Mapped[str] = plain(String(80))
    spec: Mapped[dict[str, Any]] = plain(type_json)
    state: Mapped[str] = plain(String(10), index=True)
    from_on: Mapped[date] = plain()
    reason: Mapped[str] = free_text(default="", server_default="")
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    published_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    published_at: Mapped[datetime | None] = plain()


class FormulaReading(Base):
    """Somebody whom a formula binds was told of it; read_at: 已阅确认, None = not yet."""

    __tablename__ = "formula_reading"
    __table_args__ = (UniqueConstraint("formula_id", "person_id"), Index("ix_formula_reading_person", "person_id"))
    id: Mapped[pk]
    formula_id: Mapped[int] = plain(ForeignKey("formula.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = plain()
    read_at: Mapped[datetime | None] = plain()


class FormulaReview(Base):
    """The quarterly review of a formula: kept or changed, and why, with the figures that it rested on."""

    __tablename__ = "formula_review"
    id: Mapped[pk]
    formula_id: Mapped[int] = plain(ForeignKey("formula.id"), index=True)
    quarter: Mapped[str] = plain(String(8))
    kept: Mapped[bool] = plain()
    reason: Mapped[str] = free_text()
    figures: Mapped[list[dict[str, Any]]] = plain(type_json, default=list, server_default="[]")
    by_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()


@append_only
class CompositeSnapshot(Base):
    """What the composite of a person in a period was at a moment; the latest row holds, a final one for good.

    period: "2026Q4". total, raw_total: 0 to 100; None = nothing is known. parts: rules.composite.Part as JSON. digest:
    of everything that it was computed from. unannounced: the person had not confirmed the formula before the period.
    """

    __tablename__ = "composite_snapshot"
    __table_args__ = (Index("ix_composite_snapshot_person", "person_id", "period", "id"),)
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    period: Mapped[str] = plain(String(10), index=True)
    formula_id: Mapped[int] = plain(ForeignKey("formula.id"))
    total: Mapped[float | None] = plain()
    raw_total: Mapped[float | None] = plain()
    parts: Mapped[list[dict[str, Any]]] = plain(type_json)
    digest: Mapped[bytes] = plain(LargeBinary(32))
    unannounced: Mapped[bool] = plain(default=False, server_default=text("false"))
    at: Mapped[datetime] = plain()
    final: Mapped[bool] = plain(default=False, server_default=text("false"))


class ScoreExport(Base):
    """The nightly CSV of composites; one row, once somebody has set it. error: of the last try, "" = none."""

    __tablename__ = "score_export"
    id: Mapped[pk]
    active: Mapped[bool] = plain(default=False, server_default=text("false"))
    last_on: Mapped[date | None] = plain()
    error: Mapped[str] = plain(String(400), default="", server_default="")
    set_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
