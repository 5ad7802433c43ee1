"""The categories of articles over `/api/v1`: who approves what is written in one, and whether its pages are marked."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length

from lms.accounts.queries import Named, in_office, person_by_id
from lms.content.actions import reviewing as acts
from lms.content.queries import reviewing
from lms.content.queries.reviewing import Reviewer
from lms.content.rules.paths import MAX_SLUG
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.texts import text
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("kb_categories_api", __name__, url_prefix="/api/v1/kb/categories", tag="Categories")
MOST_FOLDERS = 500


class CategoryLine(Schema):
    folder = String(required=True, validate=Length(max=MAX_SLUG))
    reviewer = String(
        required=True,
        allow_none=True,
        validate=Length(max=40),
        metadata={"description": "employee number of who approves; null: any trainer"},
    )
    watermark = Boolean(required=True, metadata={"description": "its pages carry the reader's name"})


class CategoriesBody(Schema):
    items = List(Nested(CategoryLine), required=True, validate=Length(max=MOST_FOLDERS))


class CategoryList(Schema):
    items = List(Nested(CategoryLine), required=True)
    next = Integer(required=True, allow_none=True)


@bp.get("")
@requires(Permission.CONTENT_PUBLISH)
@bp.output(CategoryList)
@bp.doc(summary="The categories of articles, with who approves and whether they are marked")
def categories() -> dict[str, Any]:
    return page(_every(), None)


@bp.put("")
@requires(Permission.CONTENT_PUBLISH)
@bp.input(CategoriesBody, arg_name="body")
@bp.output(CategoryList)
@bp.doc(summary="Set categories, all that are named or none; the others stay", responses=refusals(422))
def set_categories(body: dict[str, Any]) -> dict[str, Any]:
    named = Named()
    known = {each.folder: each for each in reviewing.categories()}
    office = {row.employee_no: row.id for row in in_office()}
    wanted: list[tuple[str, int | None, bool]] = []
    for place, each in enumerate(body["items"]):
        folder, number = known.get(each["folder"]), each["reviewer"]
        if folder is None:
            named.wrong[f"items.{place}.folder"] = text("没有这个栏目。")
        reviewer = None
        if number is not None:
            may = office
            if folder is not None and folder.reviewer is not None and not folder.left:
                may = office | {_number(folder.reviewer): folder.reviewer.id}
            reviewer = named.one(may, number, f"items.{place}.reviewer", text("这个人不能审批，请选在任的同事。"))
        wanted.append((each["folder"], reviewer, each["watermark"]))
    named.check()
    with transaction():
        for name, reviewer, watermark in wanted:
            acts.set_category(current_actor(), name, reviewer, watermark=watermark)
        return page(_every(), None)


def _number(reviewer: Reviewer) -> str:
    return person_by_id(reviewer.id).employee_no or ""


def _every() -> list[dict[str, Any]]:
    return [
        {
            "folder": each.folder,
            "reviewer": _number(each.reviewer) if each.reviewer is not None else None,
            "watermark": each.watermark,
        }
        for each in reviewing.categories()
    ]
