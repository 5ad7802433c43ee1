"""JSON of what was sent on which way, for whoever watches over the installation."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.core.access import Permission
from lms.core.i18n import say
from lms.notifications.queries import log
from lms.notifications.queries.log import Filter, Sent
from lms.web.api import instant, page, refusals
from lms.web.auth import requires

bp = APIBlueprint("deliveries_api", __name__, url_prefix="/api/v1", tag="Deliveries")


class DeliveryQuery(Schema):
    state = String(load_default="", validate=OneOf(["", *log.STATES]))
    channel = String(load_default="", validate=OneOf(["", *log.CHANNELS]))
    after = String(load_default="", validate=Length(max=32), metadata={"description": "`next` of the page before"})
    limit = Integer(load_default=50, strict=False, validate=Range(min=1, max=200))


class DeliveryBody(Schema):
    id = String(required=True)
    channel = String(required=True)
    state = String(required=True)
    topic = String(required=True)
    employee_no = String(required=True)
    tries = Integer(required=True)
    at = String(required=True, metadata={"format": "date-time"})
    sent_at = String(required=True, allow_none=True, metadata={"format": "date-time"})
    answer = String(required=True, metadata={"description": "what went wrong; empty: nothing"})


class DeliveryList(Schema):
    items = List(Nested(DeliveryBody), required=True)
    next = String(required=True, allow_none=True)


@bp.get("/deliveries")
@requires(Permission.NOTIFY_EDIT)
@bp.input(DeliveryQuery, location="query", arg_name="query")
@bp.output(DeliveryList)
@bp.doc(summary="What was sent to whom on which way, the newest first; never what it said", responses=refusals(422))
def deliveries(query: dict[str, Any]) -> dict[str, Any]:
    limit = query["limit"]
    wanted = Filter(state=query["state"], channel=query["channel"])
    found = log.deliveries(wanted, before=query["after"], limit=limit + 1)
    shown = found[:limit]
    return page([_body(each) for each in shown], shown[-1].public_id if len(found) > limit else None)


def _body(sent: Sent) -> dict[str, Any]:
    return {
        "id": sent.public_id,
        "channel": sent.channel,
        "state": sent.state,
        "topic": sent.topic,
        "employee_no": sent.employee_no,
        "tries": sent.tries,
        "at": instant(sent.at),
        "sent_at": instant(sent.sent_at),
        "answer": say(sent.explained.what) if sent.explained else "",
    }
