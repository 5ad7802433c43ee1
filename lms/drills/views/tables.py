"""The table of a drill as a workbook: taken away, brought back, and a new drill of a filled one."""

from typing import Any
from urllib.parse import quote

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries
from lms.content.queries.studio import Work, open_work
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.core.i18n import _, say
from lms.core.sheets.read import MOST_BYTES
from lms.core.texts import text
from lms.drills.actions import tables
from lms.drills.actions.tables import Plan, WrongRows
from lms.drills.blueprint import bp
from lms.drills.form.sheet import COLUMNS, template, written_sheet
from lms.web import uploads
from lms.web.auth import current_actor, requires

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Answer = str | Response | tuple[str, int]


@bp.get("/studio/drill/<path:slug>/table.xlsx")
@requires(Permission.CONTENT_EDIT)
def table_export(slug: str) -> Answer:
    """Give the scenes of the draft as a workbook."""
    work = open_work("drill", slug)
    try:
        data = written_sheet(queries.text(work.head_id) if work.head_id else "", work.card.path)
    except Invalid as error:
        return _page(work, error=say(error.message)), error.status
    return _file(data, work.card.title)


@bp.get("/studio/drill/<path:slug>/table")
@requires(Permission.CONTENT_EDIT)
def table_import(slug: str) -> Answer:
    """Show where to choose a file."""
    return _page(open_work("drill", slug))


@bp.post("/studio/drill/<path:slug>/table")
@requires(Permission.CONTENT_EDIT)
def table_preview(slug: str) -> Answer:
    """Show what the file changes, scene by scene; nothing is written."""
    work, actor = open_work("drill", slug), current_actor()
    try:
        data = uploads.uploaded(most=MOST_BYTES)
        made = tables.plan(work, data)
        key = "" if made.refused or made.is_same else uploads.keep(actor, data)
    except DomainError as error:
        return _page(work, error=say(error.message)), error.status
    return _page(work, plan=made, key=key)


@bp.post("/studio/drill/<path:slug>/table/apply")
@requires(Permission.CONTENT_EDIT)
def table_apply(slug: str) -> Answer:
    """Save what was shown as the draft."""
    work, actor, key = open_work("drill", slug), current_actor(), request.form.get("key", "")
    base = request.form.get("base", "")
    try:
        data = uploads.kept(actor, key)
        if base != str(work.head_id or ""):
            raise Conflict(text("预览以后草稿又改过，请重新上传，再看一遍。"))
        with transaction():
            tables.bring(actor, work, data, work.head_id)
        uploads.drop(actor, key)
    except DomainError as error:
        return _page(work, error=say(error.message)), error.status
    flash(_("表格已写进草稿，还没有发布。"), "ok")
    return redirect(url_for("content.edit", kind="drill", slug=work.card.slug), 303)


@bp.get("/studio/drill-table")
@requires(Permission.CONTENT_EDIT)
def table_new() -> Answer:
    """Show how a new drill is made of a filled table; ?template gives the table to fill in."""
    if "template" in request.args:
        return _file(template(), _("演练模板"))
    return _page(None)


@bp.post("/studio/drill-table")
@requires(Permission.CONTENT_EDIT)
def table_begin() -> Answer:
    """Make the draft, or name every row that stands in its way."""
    try:
        data = uploads.uploaded(most=MOST_BYTES)
        with transaction():
            slug = tables.begin(current_actor(), request.form.get("title", ""), data)
    except WrongRows as error:
        refused = Plan(source="", before="", refused=error.refused)
        return _page(None, plan=refused, error=say(error.message)), error.status
    except DomainError as error:
        return _page(None, error=say(error.message)), error.status
    flash(_("做成了演练草稿。请看一遍属性和每个场景，再发布。"), "ok")
    return redirect(url_for("content.edit", kind="drill", slug=slug), 303)


def _page(work: Work | None, **more: Any) -> str:
    shown = {"plan": None, "key": "", "error": "", **more}
    return render_template(
        "lms/drills/table.html", work=work, columns=COLUMNS, title=request.form.get("title", ""), **shown
    )


def _file(data: bytes, name: str) -> Response:
    plain = " ".join(name.replace("/", " ").replace("\\", " ").split())
    response = Response(data, mimetype=XLSX)
    named = f"attachment; filename=\"table.xlsx\"; filename*=UTF-8''{quote(plain)}.xlsx"
    response.headers["Content-Disposition"] = named
    return response
