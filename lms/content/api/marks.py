"""What is 待复核 over `/api/v1`, for those who write."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import OneOf, Range

from lms.content.actions import marks as actions
from lms.content.parts import PartKind
from lms.content.queries import Card, cards
from lms.content.queries import marks as queries
from lms.content.queries.marks import Mark, Wanted
from lms.core.access import Permission
from lms.core.db import transaction
from lms.web.api import MOST, instant, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("marks_api", __name__, url_prefix="/api/v1/content/marks", tag="Review marks")


class MarkQuery(Schema):
    kind = String(load_default="", validate=OneOf(("", *PartKind)))
    mine = Boolean(load_default=False, metadata={"description": "only documents that the caller owns"})
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=MOST))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


class MarkBody(Schema):
    id = Integer(required=True)
    kind = String(required=True, metadata={"enum": [each.value for each in PartKind]})
    part = String(required=True, metadata={"description": "the id for life of the question, section or scene"})
    title = String(required=True)
    document = String(required=True, metadata={"description": "kind:slug of what holds it"})
    cause = String(required=True, metadata={"description": "kind:slug of what changed"})
    since = String(required=True, metadata={"format": "date-time"})


class MarkList(Schema):
    items = List(Nested(MarkBody), required=True)
    next = Integer(required=True, allow_none=True)


class VerdictBody(Schema):
    verdict = String(required=True, validate=OneOf((actions.STILL_RIGHT,)))


class VerdictAnswer(Schema):
    cleared = Boolean(required=True, metadata={"description": "false: it was dealt with before"})


@bp.get("")
@requires(Permission.CONTENT_EDIT)
@bp.input(MarkQuery, location="query", arg_name="query")
@bp.output(MarkList)
@bp.doc(summary="What rests on something that changed, the oldest mark first", responses=refusals(422))
def marks(query: dict[str, Any]) -> dict[str, Any]:
    limit = query["limit"]
    wanted = Wanted(owner_id=current_actor().id if query["mine"] else None, part_kind=query["kind"])
    found = queries.open_marks(wanted, after=query["after"], limit=limit + 1)
    shown = found[:limit]
    known = cards({each for mark in shown for each in (mark.document_id, mark.cause_id)})
    items = [_mark(mark, known[mark.document_id], known[mark.cause_id]) for mark in shown]
    return page(items, shown[-1].id if len(found) > limit else None)


@bp.post("/<int:mark_id>")
@requires(Permission.CONTENT_PUBLISH)
@bp.input(VerdictBody, arg_name="body")
@bp.output(VerdictAnswer)
@bp.doc(
    summary="Say that what a mark doubts is still right",
    description="Changing it needs no call: publishing the question or section anew clears its marks.",
    responses=refusals(400, 404, 422),
)
def decide(mark_id: int, body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        return {"cleared": bool(actions.confirm(current_actor(), [mark_id]))}


def _mark(mark: Mark, document: Card, cause: Card) -> dict[str, Any]:
    return {
        "id": mark.id,
        "kind": mark.part_kind,
        "part": mark.key,
        "title": mark.title,
        "document": f"{document.kind}:{document.slug}",
        "cause": f"{cause.kind}:{cause.slug}",
        "since": instant(mark.set_at),
    }
