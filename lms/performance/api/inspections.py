"""JSON of inspections: verdicts of another system come in, lists go out."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.sheets import Row
from lms.performance.actions import inspections as acts
from lms.performance.api.room import bp
from lms.performance.queries import inspections as reading
from lms.performance.queries.inspections import Wanted
from lms.performance.rules.inspection_file import LONGEST_CONVERSATION
from lms.performance.rules.inspections import STATES
from lms.performance.rules.periods import Period, period
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires

MOST_ITEMS = 5_000
MOST_LINES = 500


class VerdictItem(Schema):
    employee_no = String(required=True, validate=Length(max=40))
    conversation = String(required=True, validate=Length(min=1, max=LONGEST_CONVERSATION))
    day = Date(required=True, metadata={"description": "of the conversation"})
    item = String(required=True, validate=Length(max=80), metadata={"description": "name or code of an item"})
    score = Float(required=True, validate=Range(min=0, max=9_999), metadata={"description": "points"})
    possible = Float(
        load_default=None,
        validate=Range(min=0.01, max=9_999),
        metadata={"description": "points that were possible; none = those of the item"},
    )
    red = Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": "a red line was crossed; none = as the item says of a failure"},
    )
    quote = String(load_default="", metadata={"description": "what was said; masked before it is kept"})
    inspector = String(
        load_default="", validate=Length(max=40), metadata={"description": "employee number; none = who asks"}
    )
    comment = String(load_default="")


class VerdictsBody(Schema):
    items = List(Nested(VerdictItem), required=True, validate=Length(min=1, max=MOST_ITEMS))


class VerdictsTaken(Schema):
    added = Integer(required=True)
    unchanged = Integer(required=True)
    masked = Integer(required=True, metadata={"description": "texts in which something was masked"})


class InspectionQuery(Schema):
    period = String(
        load_default="",
        validate=Length(max=20),
        metadata={"description": "of the conversations: 2026Q4, 2026-10, 2026-W41 or a day; none = any"},
    )
    state = String(load_default="", validate=OneOf(["", *(state.value for state in STATES)]))
    failed = Boolean(load_default=False, metadata={"description": "only with a failed item"})
    after = Integer(load_default=0, validate=Range(min=0, max=10**9), metadata={"description": "lines to leave out"})
    limit = Integer(load_default=100, validate=Range(min=1, max=MOST_LINES))


class InspectionLine(Schema):
    id = String(required=True)
    employee_no = String(required=True)
    conversation = String(required=True)
    day = Date(required=True)
    inspector = String(required=True, metadata={"description": "employee number"})
    score = Float(required=True, allow_none=True, metadata={"description": "0 to 100; null = every verdict overturned"})
    failed_items = List(String(), required=True)
    red = Boolean(required=True)
    state = String(required=True, validate=OneOf([state.value for state in STATES]))
    appeal_until = String(required=True, metadata={"format": "date-time"})
    effective_at = String(required=True, allow_none=True, metadata={"format": "date-time"})


class InspectionLines(Schema):
    items = List(Nested(InspectionLine), required=True)
    next = Integer(required=True, allow_none=True, metadata={"description": "what to send as `after`"})


@bp.get("/inspections")
@requires(Permission.INSPECTION_READ)
@bp.input(InspectionQuery, location="query", arg_name="asked")
@bp.output(InspectionLines)
@bp.doc(summary="Inspections that I may see, the latest conversation first", responses=refusals(422))
def inspection_list(asked: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    chosen: Period | None = period(asked["period"]) if asked["period"] else None
    wanted = Wanted(period=chosen, state=asked["state"], failed=asked["failed"])
    after, limit = asked["after"], asked["limit"]
    found = reading.lines(actor, wanted, offset=after, limit=limit + 1)
    items = [
        {
            "id": line.public_id,
            "employee_no": line.employee_no,
            "conversation": line.conversation,
            "day": line.day,
            "inspector": line.inspector_no,
            "score": line.score,
            "failed_items": list(line.items),
            "red": line.red,
            "state": line.state.value,
            "appeal_until": instant(line.appeal_until),
            "effective_at": instant(line.effective_at),
        }
        for line in found[:limit]
    ]
    return page(items, after + limit if len(found) > limit else None)


@bp.post("/inspections")
@requires(Permission.INSPECTION_EDIT)
@bp.input(VerdictsBody, arg_name="body")
@bp.output(VerdictsTaken)
@bp.doc(summary="Take verdicts in; all or nothing, with the reasons of each row", responses=refusals(409, 422))
def take_inspections(body: dict[str, Any]) -> dict[str, int]:
    actor = current_actor()
    rows = [Row(line=place, values=_values(item)) for place, item in enumerate(body["items"])]
    with transaction():
        plan = acts.apply_rows(actor, rows, source="api", hide=acts.hider())
    return {"added": plan.new, "unchanged": plan.unchanged, "masked": plan.masked}


def _values(item: dict[str, Any]) -> dict[str, str]:
    """Return a verdict as a row of a file has it."""
    score = f"{item['score']:.10g}" + (f"/{item['possible']:.10g}" if item["possible"] is not None else "")
    red = {None: "", True: "是", False: "否"}[item["red"]]
    return {
        "employee_no": item["employee_no"],
        "conversation": item["conversation"],
        "day": item["day"].isoformat(),
        "item": item["item"],
        "score": score,
        "red": red,
        "quote": item["quote"],
        "inspector": item["inspector"],
        "comment": item["comment"],
    }
