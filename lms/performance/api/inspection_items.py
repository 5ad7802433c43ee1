"""JSON of 检查项: what inspectors look at, and what follows from a failure."""

from collections.abc import Sequence
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, Range

from lms.accounts.queries import Named
from lms.content import queries as content
from lms.content.queries import Choice
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.texts import text
from lms.performance.actions import inspections as acts
from lms.performance.actions.inspections import ItemDraft
from lms.performance.api.room import bp
from lms.performance.inspection_forms import LESSONS, RECHECKS
from lms.performance.models import InspectionItem
from lms.performance.queries import inspection_rows as reading
from lms.performance.rules.inspections import LONGEST_CODE, LONGEST_NAME, MOST_POINTS, MOST_RECHECK_DAYS
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires


class CheckItemIn(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    code = String(load_default="", validate=Length(max=LONGEST_CODE), metadata={"description": "empty: like the name"})
    points = Integer(load_default=10, strict=True, validate=Range(min=1, max=MOST_POINTS))
    pass_percent = Integer(load_default=60, strict=True, validate=Range(min=1, max=100))
    red_line = Boolean(load_default=False)
    document = String(
        load_default="", validate=Length(max=300), metadata={"description": "kind:slug to learn after a failure"}
    )
    recheck = String(
        load_default="", validate=Length(max=300), metadata={"description": "quiz: or drill: to pass afterwards"}
    )
    recheck_days = Integer(load_default=7, strict=True, validate=Range(min=1, max=MOST_RECHECK_DAYS))
    active = Boolean(load_default=True)


class CheckItemOut(Schema):
    id = String(required=True)
    name = String(required=True)
    code = String(required=True)
    points = Integer(required=True)
    pass_percent = Integer(required=True)
    red_line = Boolean(required=True)
    document = String(required=True, metadata={"description": "kind:slug; empty: none"})
    recheck = String(required=True)
    recheck_days = Integer(required=True)
    active = Boolean(required=True)


class CheckItemAnswer(CheckItemOut):
    """One item by itself."""


class CheckItems(Schema):
    items = List(Nested(CheckItemOut), required=True)
    next = Integer(required=True, allow_none=True)


@bp.get("/inspections/items")
@requires(Permission.INSPECTION_EDIT)
@bp.output(CheckItems)
@bp.doc(summary="What inspectors look at")
def check_items() -> dict[str, Any]:
    return page(_bodies(reading.items()), None)


@bp.post("/inspections/items")
@requires(Permission.INSPECTION_EDIT)
@bp.input(CheckItemIn, arg_name="body")
@bp.output(CheckItemAnswer, status_code=201)
@bp.doc(summary="Add something that inspectors look at", responses=refusals(422))
def make_check_item(body: dict[str, Any]) -> dict[str, Any]:
    draft = _draft(body)
    with transaction():
        return _bodies([acts.make_item(current_actor(), draft)])[0]


@bp.put("/inspections/items/<check_item_id>")
@requires(Permission.INSPECTION_EDIT)
@bp.input(CheckItemIn, arg_name="body")
@bp.output(CheckItemAnswer)
@bp.doc(summary="Change an item; verdicts that are there stay", responses=refusals(404, 422))
def change_check_item(check_item_id: str, body: dict[str, Any]) -> dict[str, Any]:
    item = reading.item_named(check_item_id)
    if item is None:
        raise NotFound()
    draft = _draft(body, item)
    with transaction():
        return _bodies([acts.change_item(current_actor(), check_item_id, draft)])[0]


def _draft(body: dict[str, Any], item: InspectionItem | None = None) -> ItemDraft:
    """Return what a body asks for. item: the one that it changes, whose documents can stay."""
    offered = _choices([item] if item is not None else [])
    named = Named()
    found: dict[str, int | None] = {"document": None, "recheck": None}
    for field, kinds in (("document", LESSONS), ("recheck", RECHECKS)):
        if body[field]:
            known = {each.name: each.document_id for each in offered if each.kind in kinds}
            found[field] = named.one(known, body[field], field, text("没有这份可以派的内容。"))
    named.check()
    return ItemDraft(
        name=body["name"],
        code=body["code"],
        points=body["points"],
        pass_percent=body["pass_percent"],
        red_line=body["red_line"],
        document_id=found["document"],
        recheck_id=found["recheck"],
        recheck_days=body["recheck_days"],
        active=body["active"],
    )


def _choices(items: Sequence[InspectionItem]) -> list[Choice]:
    """Return what can follow from a failure, with what these items have already."""
    kept = [each for item in items for each in (item.document_id, item.recheck_id) if each is not None]
    return content.choices(current_actor(), LESSONS, kept)


def _bodies(items: Sequence[InspectionItem]) -> list[dict[str, Any]]:
    names = {each.document_id: each.name for each in _choices(items)}
    return [
        {
            "id": item.public_id,
            "name": item.name,
            "code": item.code,
            "points": item.points,
            "pass_percent": item.pass_percent,
            "red_line": item.red_line,
            "document": names.get(item.document_id or 0, ""),
            "recheck": names.get(item.recheck_id or 0, ""),
            "recheck_days": item.recheck_days,
            "active": item.active,
        }
        for item in items
    ]
