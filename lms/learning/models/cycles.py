"""Tables of the quarterly cycles: everybody gets the course of the quarter, wave by wave, and the report is kept."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


class Cycle(Base):
    """期次: one round of training for all, mostly a quarter's. state: draft | running | closed.

    quarter: "2026Q4". The occasion of its duties is `cycle:<id>`. target_percent: of those who owe it, how many shall
    have finished by due_on. report: what was counted when it was closed; ids of people and teams and numbers only.
    """

    __tablename__ = "cycle"
    __table_args__ = (CheckConstraint("target_percent BETWEEN 1 AND 100", name="a_share"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(80))
    quarter: Mapped[str] = plain(String(8), index=True)
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    audience: Mapped[dict[str, Any]] = plain(type_json, default=dict)
    starts_on: Mapped[date] = plain()
    due_on: Mapped[date] = plain()
    joiner_days: Mapped[int] = plain(default=30, server_default="30")  # whoever joins later has so many days from then
    target_percent: Mapped[int] = plain(default=95, server_default="95")
    state: Mapped[str] = plain(String(12), default="draft", server_default="draft")
    drafted_from: Mapped[int | None] = plain(ForeignKey("cycle.id"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    started_at: Mapped[datetime | None] = plain()
    closed_at: Mapped[datetime | None] = plain()
    closed_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    closing_note: Mapped[str] = free_text(default="", server_default="")
    report: Mapped[dict[str, Any]] = plain(type_json, default=dict)


class CycleWave(Base):
    """波次: one team and all below it begin and end on days of their own."""

    __tablename__ = "cycle_wave"
    __table_args__ = (UniqueConstraint("cycle_id", "team_id"),)
    id: Mapped[pk]
    cycle_id: Mapped[int] = plain(ForeignKey("cycle.id"))
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    starts_on: Mapped[date] = plain()
    due_on: Mapped[date] = plain()
