"""Reading which systems are told of facts, and how it went."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.core import sendings
from lms.core.db import rows, session
from lms.integrations.models import Webhook, WebhookCall

PAGE = 50
STATES = ("waiting", "sent", "dead")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """One address. facts: () = all."""

    public_id: str
    name: str
    url: str
    facts: tuple[str, ...]
    active: bool
    made_at: datetime
    waiting: int
    dead: int
    last_at: datetime | None


def webhooks() -> list[WebhookRow]:
    """Return every address, by name."""
    counted = (
        select(
            WebhookCall.webhook_id,
            func.count().filter(WebhookCall.state == "waiting").label("waiting"),
            func.count().filter(WebhookCall.state == "dead").label("dead"),
            func.max(WebhookCall.sent_at).label("last_at"),
        )
        .group_by(WebhookCall.webhook_id)
        .subquery()
    )
    found = rows(
        select(
            Webhook.public_id,
            Webhook.name,
            Webhook.url,
            Webhook.facts,
            Webhook.active,
            Webhook.made_at,
            func.coalesce(counted.c.waiting, 0).label("waiting"),
            func.coalesce(counted.c.dead, 0).label("dead"),
            counted.c.last_at,
        )
        .outerjoin(counted, counted.c.webhook_id == Webhook.id)
        .order_by(Webhook.name, Webhook.id)
    )
    return [
        WebhookRow(
            public_id=row.public_id,
            name=row.name,
            url=row.url,
            facts=tuple(row.facts or ()),
            active=row.active,
            made_at=row.made_at,
            waiting=row.waiting,
            dead=row.dead,
            last_at=row.last_at,
        )
        for row in found
    ]


def calls(*, webhook_id: str = "", state: str = "", limit: int = PAGE) -> list[Any]:
    """Return what was sent or is to be, the newest first."""
    statement = (
        select(
            WebhookCall.public_id,
            WebhookCall.fact,
            WebhookCall.state,
            WebhookCall.tries,
            WebhookCall.answer,
            WebhookCall.at,
            WebhookCall.due_at,
            WebhookCall.sent_at,
            Webhook.name,
        )
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .order_by(WebhookCall.id.desc())
        .limit(limit)
    )
    if webhook_id:
        statement = statement.where(Webhook.public_id == webhook_id)
    if state in STATES:
        statement = statement.where(WebhookCall.state == state)
    return list(rows(statement))


def troubles(now: datetime, since: datetime) -> list[Any]:
    """Return the addresses at which something fails, died since a time or is overdue (see `sendings.troubles`)."""
    found = sendings.troubles(WebhookCall, WebhookCall.webhook_id, now, since)
    return list(
        rows(
            select(Webhook.public_id, Webhook.name, found.c.failing, found.c.dead, found.c.oldest)
            .join(found, found.c.owner == Webhook.id)
            .where(Webhook.active)
            .order_by(Webhook.name, Webhook.id)
        )
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition of a call that may go out: due, in nobody's hands, and the first of its stream."""
    earlier = aliased(WebhookCall)
    return and_(
        sendings.is_due(WebhookCall, now),
        or_(
            WebhookCall.stream == "",
            ~exists().where(
                earlier.webhook_id == WebhookCall.webhook_id,
                earlier.stream == WebhookCall.stream,
                earlier.state == "waiting",
                earlier.id < WebhookCall.id,
            ),
        ),
    )


def anything_due(now: datetime) -> bool:
    """Return whether something waits; asked outside of a transaction."""
    statement = (
        select(WebhookCall.id).join(Webhook, Webhook.id == WebhookCall.webhook_id).where(Webhook.active, is_due(now))
    )
    found = session().execute(statement.limit(1)).first()
    session().rollback()
    return found is not None
