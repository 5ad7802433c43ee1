"""Figures of people's work: what is measured, the values, what was corrected, and how they came in."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym, type_json


class Metric(Base):
    """What the company measures beside the built-in metrics, or a built-in one that it changed (same code).

    unit: one of rules.metrics.Unit. direction: up = more is better. low, high: what a value can be at all; None = open.
    red_line: a value beyond it (below for up, above for down) is shown as one; None = none. synonyms: column titles.
    team_red_lines: red lines of teams (id as text: value), which hold in its place there and below.
    """

    __tablename__ = "metric"
    id: Mapped[pk]
    code: Mapped[str] = plain(String(40), unique=True)
    name: Mapped[str] = plain(String(80))
    name_en: Mapped[str] = plain(String(80), default="", server_default="")
    unit: Mapped[str] = plain(String(12))
    direction: Mapped[str] = plain(String(4))
    low: Mapped[float | None] = plain()
    high: Mapped[float | None] = plain()
    red_line: Mapped[float | None] = plain()
    team_red_lines: Mapped[dict[str, float]] = plain(type_json, default=dict, server_default="{}")
    synonyms: Mapped[list[str]] = plain(type_json, default=list, server_default="[]")
    active: Mapped[bool] = plain(default=True, server_default=text("true"))


class KpiImport(Base):
    """One file, call or entry by hand of which figures came. source: file, api, hand. rows: how many it held.

    name: of the file; for a hand the reason.
    """

    __tablename__ = "kpi_import"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    source: Mapped[str] = plain(String(8))
    name: Mapped[str] = free_text(String(200), default="", server_default="")
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
    rows: Mapped[int] = plain(default=0, server_default="0")
    added: Mapped[int] = plain(default=0, server_default="0")
    changed: Mapped[int] = plain(default=0, server_default="0")
    unchanged: Mapped[int] = plain(default=0, server_default="0")


class KpiValue(Base):
    """One figure of one person in one period. metric: a code; grain, start: rules.periods.Period.

    count: how many cases the value rests on (conversations, answers of customers); None = not told.
    """

    __tablename__ = "kpi_value"
    __table_args__ = (Index("ix_kpi_value_person", "person_id", "metric", "start"),)
    metric: Mapped[str] = plain(String(40), primary_key=True)
    grain: Mapped[str] = plain(String(8), primary_key=True)
    start: Mapped[date] = plain(primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    value: Mapped[float] = personal()
    count: Mapped[int | None] = plain(BigInteger)
    import_id: Mapped[int | None] = plain(ForeignKey("kpi_import.id"))


@append_only
class KpiCorrection(Base):
    """A figure as it was before a later import or a hand changed it. import_id: of what changed it.

    new_value: None = it was taken away.
    """

    __tablename__ = "kpi_correction"
    __table_args__ = (Index("ix_kpi_correction_person", "person_id", "metric", "start"),)
    id: Mapped[pk]
    metric: Mapped[str] = plain(String(40))
    grain: Mapped[str] = plain(String(8))
    start: Mapped[date] = plain()
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    value: Mapped[float] = plain()
    count: Mapped[int | None] = plain(BigInteger)
    new_value: Mapped[float | None] = plain()
    new_count: Mapped[int | None] = plain(BigInteger)
    at: Mapped[datetime] = plain()
    import_id: Mapped[int | None] = plain(ForeignKey("kpi_import.id"))


class KpiMapping(Base):
    """What a column title that nobody knew was said to mean: the metric's code, or "" = never a figure."""

    __tablename__ = "kpi_mapping"
    id: Mapped[pk]
    title: Mapped[str] = plain(String(120), unique=True)
    metric: Mapped[str] = plain(String(40))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
