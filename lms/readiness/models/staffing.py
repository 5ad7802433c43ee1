"""Tables of staff before a peak: the plan, its days, its skills, and what days brought so far."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, new_public_id, pk, plain, pseudonym, type_json


class StaffPlan(Base):
    """大促人手: who is needed on each day of a peak, of a team and all below it; StaffTeam names further ones.

    from_on, until_on: both included. base_orders: orders a day for which `present` people suffice. formula:
    rules.need.Formula as JSON. campaign_id: the 活动包 that people learn before it. closed_at: thrown away since.
    """

    __tablename__ = "staff_plan"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="not_backwards"),
        Index("ix_staff_plan_until", "until_on"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(80))
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    from_on: Mapped[date] = plain()
    until_on: Mapped[date] = plain()
    base_orders: Mapped[int] = plain()
    present: Mapped[int] = plain()
    formula: Mapped[dict[str, Any]] = plain(type_json)
    campaign_id: Mapped[int | None] = plain(ForeignKey("campaign.id"), index=True)
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    closed_at: Mapped[datetime | None] = plain()


class StaffTeam(Base):
    """A further team of a plan, beside the one that the plan itself names; with all teams below it."""

    __tablename__ = "staff_team"
    plan_id: Mapped[int] = plain(ForeignKey("staff_plan.id"), primary_key=True)
    team_id: Mapped[int] = plain(ForeignKey("team.id"), primary_key=True, autoincrement=False)


class StaffDay(Base):
    """What one day of a plan is expected to bring. contacts, complaints: None = not said."""

    __tablename__ = "staff_day"
    plan_id: Mapped[int] = plain(ForeignKey("staff_plan.id"), primary_key=True)
    day: Mapped[date] = plain(primary_key=True)
    orders: Mapped[int] = plain()
    contacts: Mapped[int | None] = plain()
    complaints: Mapped[int | None] = plain()


class StaffSkill(Base):
    """One kind of work of a plan: who may do it (a certificate, or a queue), and its share of the need in percent."""

    __tablename__ = "staff_skill"
    __table_args__ = (
        CheckConstraint(
            "(certificate_plan_id IS NULL AND queue_id IS NOT NULL)"
            " OR (certificate_plan_id IS NOT NULL AND queue_id IS NULL)",
            name="one_proof",
        ),
    )
    plan_id: Mapped[int] = plain(ForeignKey("staff_plan.id"), primary_key=True)
    position: Mapped[int] = plain(primary_key=True, autoincrement=False)
    certificate_plan_id: Mapped[int | None] = plain(ForeignKey("certificate_plan.id"))
    queue_id: Mapped[int | None] = plain(ForeignKey("service_queue.id"))
    share: Mapped[int] = plain()


class DailyVolume(Base):
    """What one day brought to a team and all below it, for forecasts. contacts, complaints: None = not told."""

    __tablename__ = "daily_volume"
    team_id: Mapped[int] = plain(ForeignKey("team.id"), primary_key=True)
    day: Mapped[date] = plain(primary_key=True)
    orders: Mapped[int] = plain()
    contacts: Mapped[int | None] = plain()
    complaints: Mapped[int | None] = plain()
