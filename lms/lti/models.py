"""Tables of other learning systems: which lead here, to what, who somebody is there, and the marks that go back."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, identity, new_public_id, pk, plain, pseudonym, type_json

__all__ = ["LtiAccount", "LtiLink", "LtiNonce", "LtiPlatform", "LtiScore", "LtiSeat"]


class LtiPlatform(Base):
    """Another learning system that leads people here, as it was registered on both sides.

    deployments: those that may lead here. person_by: email | number. number_claim: which custom value or claim holds
    the employee number. team_id: where somebody unknown is entered; None = unknown people are turned away.
    """

    __tablename__ = "lti_platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(80))
    issuer: Mapped[str] = plain(String(300))
    client_id: Mapped[str] = plain(String(200))
    deployments: Mapped[list[Any]] = plain(type_json, default=list)
    login_url: Mapped[str] = plain(String(400))
    token_url: Mapped[str] = plain(String(400))
    keys_url: Mapped[str] = plain(String(400))
    person_by: Mapped[str] = plain(String(10), default="number", server_default="number")
    number_claim: Mapped[str] = plain(String(80), default="", server_default="")
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class LtiNonce(Base):
    """A launch that was taken; a second one with the same nonce is refused. Forgotten when it is too old anyway."""

    __tablename__ = "lti_nonce"
    platform_id: Mapped[int] = plain(ForeignKey("lti_platform.id"), primary_key=True)
    nonce: Mapped[str] = plain(String(64), primary_key=True)
    until: Mapped[datetime] = plain(index=True)


class LtiAccount(Base):
    """Who somebody is at another learning system: its `sub`."""

    __tablename__ = "lti_account"
    __table_args__ = (UniqueConstraint("platform_id", "subject"),)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    platform_id: Mapped[int] = plain(ForeignKey("lti_platform.id"), primary_key=True)
    subject: Mapped[str] = identity(String(400))
    at: Mapped[datetime] = plain()


class LtiLink(Base):
    """A resource link there and the document to which it leads here."""

    __tablename__ = "lti_link"
    __table_args__ = (UniqueConstraint("platform_id", "deployment", "link"),)
    id: Mapped[pk]
    platform_id: Mapped[int] = plain(ForeignKey("lti_platform.id"))
    deployment: Mapped[str] = plain(String(400))
    link: Mapped[str] = plain(String(400))
    document_id: Mapped[int] = plain(ForeignKey("document.id"), index=True)


class LtiSeat(Base):
    """Where the marks of a person who came by a link go. told_at: the time under which the last one was told."""

    __tablename__ = "lti_seat"
    __table_args__ = (UniqueConstraint("link_id", "person_id"), Index("ix_lti_seat_person", "person_id"))
    id: Mapped[pk]
    link_id: Mapped[int] = plain(ForeignKey("lti_link.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    lineitem: Mapped[str] = plain(String(400))
    told_at: Mapped[datetime | None] = plain()


class LtiScore(Base):
    """One mark on its way to another learning system; of a seat only the newest one goes out. Kept as calls are.

    body: what is sent; it holds who somebody is there. state: waiting | sent | dead | old (a newer one took its place).
    """

    __tablename__ = "lti_score"
    __table_args__ = (
        Index(
            "ix_lti_score_waiting",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_lti_score_state", "state", "at"),
        Index("ix_lti_score_seat", "seat_id"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    platform_id: Mapped[int] = plain(ForeignKey("lti_platform.id"), index=True)
    seat_id: Mapped[int] = plain(ForeignKey("lti_seat.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    body: Mapped[str] = free_text(default="", server_default="")
    at: Mapped[datetime] = plain()
    due_at: Mapped[datetime] = plain()
    lease_until: Mapped[datetime | None] = plain()
    state: Mapped[str] = plain(String(12), default="waiting", server_default="waiting")
    tries: Mapped[int] = plain(default=0, server_default="0")
    answer: Mapped[str] = plain(String(400), default="", server_default="")
    sent_at: Mapped[datetime | None] = plain()
