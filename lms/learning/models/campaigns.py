"""Tables of the peaks: what has to be known before a campaign, and who takes part."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, new_public_id, pk, plain, pseudonym, type_json


class Campaign(Base):
    """活动包: the articles of a promotion and the check on them. Nobody takes its queues before.

    starts_on, ends_on: of the promotion, both included. ready_on: by when everybody shall be ready; the due day of its
    duties. The occasion of its duties is `campaign:<id>`. state: draft | running | over.
    """

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("ends_on >= starts_on AND ready_on <= starts_on", name="in_order"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(80))
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    starts_on: Mapped[date] = plain()
    ends_on: Mapped[date] = plain()
    ready_on: Mapped[date] = plain()
    needed: Mapped[int | None] = plain()  # how many people it takes, for who is ready on which day
    queues: Mapped[list[Any]] = plain(type_json, default=list)  # ids of the queues that ask for it once it has begun
    state: Mapped[str] = plain(String(12), default="draft", server_default="draft")
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    started_at: Mapped[datetime | None] = plain()


class CampaignPart(Base):
    """One document of a campaign, in order: an article to confirm, or the check."""

    __tablename__ = "campaign_part"
    campaign_id: Mapped[int] = plain(ForeignKey("campaign.id"), primary_key=True)
    position: Mapped[int] = plain(primary_key=True, autoincrement=False)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
