"""Tables of certificates and of what they open: the queues that an agent may take."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


class CertificatePlan(Base):
    """证书规则: who completes the document gets a certificate. All spans in days.

    valid_days: None = for ever. renew_days: how long before the end an early renewal counts and keeps the old end as
    its start. grace_days: how long after the end it is still taken as valid, with a warning. refresher_id: the shorter
    course that is given when it ends (before = renew_days ahead) and that renews it; None = the document again.
    """

    __tablename__ = "certificate_plan"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), unique=True)
    name: Mapped[str] = plain(String(80))
    valid_days: Mapped[int | None] = plain()
    renew_days: Mapped[int] = plain(default=30, server_default="30")
    grace_days: Mapped[int] = plain(default=0, server_default="0")
    refresher_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class Certificate(Base):
    """One certificate of one person. code: printed on it, by which anybody may see whether it holds.

    A renewal is a new row. lapsed_at: when the end (with grace) was noticed and acted upon, once.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index("ix_certificate_person", "person_id", "plan_id", "valid_until"),
        Index("ix_certificate_end", "plan_id", "valid_until"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    plan_id: Mapped[int] = plain(ForeignKey("certificate_plan.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    code: Mapped[str] = plain(String(20), unique=True)
    issued_at: Mapped[datetime] = plain()
    valid_from: Mapped[date] = plain()
    valid_until: Mapped[date | None] = plain()  # the last day on which it holds
    lapsed_at: Mapped[datetime | None] = plain()
    revoked_at: Mapped[datetime | None] = plain()
    revoked_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    revoked_why: Mapped[str] = free_text(default="", server_default="")


class ServiceQueue(Base):
    """接待队列 of the customer-service system, by its code there: 退款, 投诉, VIP."""

    __tablename__ = "service_queue"
    id: Mapped[pk]
    code: Mapped[str] = plain(String(40), unique=True)
    name: Mapped[str] = plain(String(80))
    closed_on: Mapped[date | None] = plain()


class QueueNeed(Base):
    """What a queue asks of who takes it: a document done, or a certificate that holds where a plan stands on it.

    from_on, until_on (included): None = always. campaign_id: asked by a 活动包.
    """

    __tablename__ = "queue_need"
    __table_args__ = (UniqueConstraint("queue_id", "document_id", "campaign_id"),)
    id: Mapped[pk]
    queue_id: Mapped[int] = plain(ForeignKey("service_queue.id"))
    document_id: Mapped[int] = plain(ForeignKey("document.id"), index=True)
    campaign_id: Mapped[int | None] = plain(ForeignKey("campaign.id"), index=True)
    from_on: Mapped[date | None] = plain()
    until_on: Mapped[date | None] = plain()


class QueueOverride(Base):
    """A supervisor's word against the rule: may or may not take a queue, on these days (included), and why."""

    __tablename__ = "queue_override"
    __table_args__ = (Index("ix_queue_override_person", "person_id", "until_on"),)
    id: Mapped[pk]
    queue_id: Mapped[int] = plain(ForeignKey("service_queue.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    allowed: Mapped[bool] = plain()
    from_on: Mapped[date] = plain()
    until_on: Mapped[date] = plain()
    reason: Mapped[str] = free_text()
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    ended_at: Mapped[datetime | None] = plain()


class QueueRight(Base):
    """What the other system was last told: may this person take this queue, since when and why.

    why: codes and ids that the page turns into words, `{"lacks": [document_id, …], "override": id}`.
    """

    __tablename__ = "queue_right"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    queue_id: Mapped[int] = plain(ForeignKey("service_queue.id"), primary_key=True)
    allowed: Mapped[bool] = plain()
    since: Mapped[datetime] = plain()
    why: Mapped[dict[str, Any]] = plain(type_json, default=dict)


class QueueCheck(Base):
    """One full comparison of all rights with what they should be. flipped: of the corrected, who may or may not."""

    __tablename__ = "queue_check"
    id: Mapped[pk]
    at: Mapped[datetime] = plain()
    looked: Mapped[int] = plain()
    corrected: Mapped[int] = plain()
    flipped: Mapped[int] = plain()
