"""Targets of a year: what a team's figure is to reach, with everything that was said before."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, pk, plain, pseudonym


class YearTarget(Base):
    """One setting of a target. It is never changed: another setting is a new row with the next version.

    way: relative (amount in percent of the base) | points (amount in units of the metric) | value (the value itself).
    base: the team's figure from base_from to before base_until, as it was then; None where there was none. active:
    False = there is no target from this version on.
    """

    __tablename__ = "year_target"
    __table_args__ = (UniqueConstraint("year", "team_id", "metric", "version"),)
    id: Mapped[pk]
    year: Mapped[int] = plain()
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    metric: Mapped[str] = plain(String(40))
    version: Mapped[int] = plain()
    way: Mapped[str] = plain(String(8))
    amount: Mapped[float] = plain()
    base: Mapped[float | None] = plain()
    base_count: Mapped[int | None] = plain(BigInteger)
    base_from: Mapped[date] = plain()
    base_until: Mapped[date] = plain()
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    why: Mapped[str] = free_text(String(500), default="", server_default="")
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
