"""大促复盘: what went wrong in a peak, what is done about it, and whether it worked."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym


class PeakReview(Base):
    """The review of one peak of a team and those below it. state: open | closed. campaign_id: its pack, if any.

    look_on: the day on which somebody looks whether the measures worked.
    """

    __tablename__ = "peak_review"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(80))
    team_id: Mapped[int] = plain(ForeignKey("team.id"), index=True)
    starts_on: Mapped[date] = plain()
    ends_on: Mapped[date] = plain()
    look_on: Mapped[date] = plain()
    campaign_id: Mapped[int | None] = plain(ForeignKey("campaign.id"))
    state: Mapped[str] = plain(String(8), default="open", server_default="open")
    version: Mapped[int] = plain(default=1, server_default="1")
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class PeakFinding(Base):
    """Something that went wrong, and on which days, both included. It names events, not people."""

    __tablename__ = "peak_finding"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    review_id: Mapped[int] = plain(ForeignKey("peak_review.id"), index=True)
    title: Mapped[str] = free_text(String(80))
    text: Mapped[str] = free_text(default="", server_default="")
    from_on: Mapped[date] = plain()
    until_on: Mapped[date] = plain()
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class PeakMeasure(Base):
    """What a measure is to change: the figure it is looked at by, and what that is to be. goal: None = just better."""

    __tablename__ = "peak_measure"
    measure_id: Mapped[int] = plain(ForeignKey("measure.id"), primary_key=True)
    review_id: Mapped[int] = plain(ForeignKey("peak_review.id"), index=True)
    finding_id: Mapped[int | None] = plain(ForeignKey("peak_finding.id"))
    metric: Mapped[str] = plain(String(40))
    goal: Mapped[float | None] = plain()
