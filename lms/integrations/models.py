"""Tables of other systems: where facts are sent, and how each sending went."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


class Webhook(Base):
    """An address that is told of facts, signed with the secret. facts: their names; empty = all of them."""

    __tablename__ = "webhook"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(80))
    url: Mapped[str] = plain(String(400))
    secret: Mapped[str] = plain(String(120))
    facts: Mapped[list[Any]] = plain(type_json, default=list)
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class WebhookCall(Base):
    """One fact on its way to one address; in order of `id` within a stream (a person). Kept 30 days once it is sent.

    body: what is sent, byte for byte, so that a resent one carries the same signature. state: waiting | sent | dead.
    """

    __tablename__ = "webhook_call"
    __table_args__ = (
        UniqueConstraint("webhook_id", "fact_id"),
        Index(
            "ix_webhook_call_waiting",
            "webhook_id",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_webhook_call_state", "state", "at"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    webhook_id: Mapped[int] = plain(ForeignKey("webhook.id"))
    fact_id: Mapped[str] = plain(String(32))
    fact: Mapped[str] = plain(String(40))
    stream: Mapped[str] = plain(String(40), default="", server_default="")
    body: Mapped[str] = free_text()
    at: Mapped[datetime] = plain()
    due_at: Mapped[datetime] = plain()
    lease_until: Mapped[datetime | None] = plain()
    state: Mapped[str] = plain(String(12), default="waiting", server_default="waiting")
    tries: Mapped[int] = plain(default=0, server_default="0")
    answer: Mapped[str] = plain(String(400), default="", server_default="")
    sent_at: Mapped[datetime | None] = plain()


class XapiStatement(Base):
    """One xAPI statement for the learning record store; in order of `id` within a person. Its id is never forgotten.

    subject, number: what it is about and the how manieth about it, from 0; a voiding one has the subject `void:` and
    the id that it voids. voided: a later one says that it no longer counts. body: as it is sent; "" once it was
    forgotten (LMS_KEEP_CALLS_DAYS) or its person erased. state: waiting | sent | dead.
    """

    __tablename__ = "xapi_statement"
    __table_args__ = (
        UniqueConstraint("subject", "number"),
        Index(
            "ix_xapi_statement_waiting",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_xapi_statement_stream",
            "person_id",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_xapi_statement_state", "state", "at"),
    )
    id: Mapped[pk]
    statement_id: Mapped[str] = plain(String(36), unique=True)
    subject: Mapped[str] = plain(String(120))
    number: Mapped[int] = plain()
    fact: Mapped[str] = plain(String(40))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    voided: Mapped[bool] = plain(default=False, server_default=text("false"))
    body: Mapped[str] = free_text(default="", server_default="")
    at: Mapped[datetime] = plain()
    due_at: Mapped[datetime] = plain()
    lease_until: Mapped[datetime | None] = plain()
    state: Mapped[str] = plain(String(12), default="waiting", server_default="waiting")
    tries: Mapped[int] = plain(default=0, server_default="0")
    answer: Mapped[str] = plain(String(400), default="", server_default="")
    sent_at: Mapped[datetime | None] = plain()
