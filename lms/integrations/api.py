"""Addresses that are told of facts, for programs that set the academy up."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.integrations.actions import webhooks as acting
from lms.integrations.queries import webhooks as queries
from lms.integrations.queries.facts import NAMES
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("integrations_api", __name__, url_prefix="/api/v1", tag="Webhooks")
_AT = {"format": "date-time"}
ACTS = ("on", "off", "ping", "resend", "secret", "remove")


class WebhookLine(Schema):
    id = String(required=True)
    name = String(required=True)
    url = String(required=True)
    facts = List(String(), required=True, metadata={"description": "empty: all of them"})
    active = Boolean(required=True)
    made_at = String(required=True, metadata=_AT)
    waiting = Integer(required=True)
    dead = Integer(required=True, metadata={"description": "given up; `resend` tries them again"})
    last_at = String(required=True, allow_none=True, metadata=_AT)


class WebhookList(Schema):
    items = List(Nested(WebhookLine), required=True)
    next = Integer(required=True, allow_none=True)


class NewWebhook(Schema):
    name = String(required=True, validate=Length(min=1, max=80))
    url = String(required=True, validate=Length(min=1, max=400))
    facts = List(String(validate=OneOf(NAMES)), load_default=[], metadata={"description": "empty: all of them"})


class MadeWebhook(Schema):
    id = String(required=True)
    secret = String(required=True, metadata={"description": "what calls are signed with; shown this once"})


class Act(Schema):
    act = String(required=True, validate=OneOf(ACTS))


class Acted(Schema):
    count = Integer(required=True, metadata={"description": "calls that are on their way again"})
    secret = String(required=True, allow_none=True, metadata={"description": "the new one, shown this once"})


@bp.get("/webhooks")
@requires(Permission.WEBHOOK_EDIT)
@bp.output(WebhookList)
@bp.doc(summary="Which systems are told of facts, and how that goes")
def webhooks() -> dict[str, Any]:
    return page(
        [
            {
                "id": row.public_id,
                "name": row.name,
                "url": row.url,
                "facts": list(row.facts),
                "active": row.active,
                "made_at": instant(row.made_at),
                "waiting": row.waiting,
                "dead": row.dead,
                "last_at": instant(row.last_at),
            }
            for row in queries.webhooks()
        ],
        None,
    )


@bp.post("/webhooks")
@requires(Permission.WEBHOOK_EDIT)
@bp.input(NewWebhook, arg_name="body")
@bp.output(MadeWebhook, status_code=201)
@bp.doc(summary="Have a system told of facts", responses=refusals(422))
def keep(body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        made, secret = acting.keep(current_actor(), name=body["name"], url=body["url"], facts=body["facts"])
        return {"id": made.public_id, "secret": secret}


@bp.put("/webhooks/<webhook_id>")
@requires(Permission.WEBHOOK_EDIT)
@bp.input(NewWebhook, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Change name, address and facts", responses=refusals(404, 422))
def change(webhook_id: str, body: dict[str, Any]) -> str:
    with transaction():
        acting.keep(current_actor(), name=body["name"], url=body["url"], facts=body["facts"], webhook_id=webhook_id)
    return ""


@bp.post("/webhooks/<webhook_id>")
@requires(Permission.WEBHOOK_EDIT)
@bp.input(Act, arg_name="body")
@bp.output(Acted)
@bp.doc(summary="Stop or go on, try, send dead calls again, renew the secret, forget", responses=refusals(404, 422))
def act(webhook_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor, count, secret = current_actor(), 0, None
    if webhook_id not in {row.public_id for row in queries.webhooks()}:
        raise NotFound()
    with transaction():
        match body["act"]:
            case "on" | "off":
                acting.switch(actor, webhook_id, active=body["act"] == "on")
            case "ping":
                acting.ping(actor, webhook_id)
            case "resend":
                count = acting.resend(actor, webhook_id=webhook_id)
            case "secret":
                secret = acting.renew_secret(actor, webhook_id)
            case _:
                acting.remove(actor, webhook_id)
    return {"count": count, "secret": secret}
