"""Word files and sheets of questions: upload, what would be made, then exactly that, as drafts."""

from copy import deepcopy
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries
from lms.content.actions import imports
from lms.content.actions.imports import MAKE, SKIP, UPDATE, Made, Options, Plan, Planned
from lms.content.importers.faq import COLUMNS, DAY_KINDS
from lms.content.views.room import bp
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.fingerprint import fingerprint
from lms.core.here import settings
from lms.core.i18n import _, say
from lms.core.texts import Text, text
from lms.web import uploads
from lms.web.auth import current_actor, requires
from lms.web.shell import wants_json
from lms.web.tables import EXPORTS, download

BATCH = 100
SHOWN = 200
"""Rows listed in the preview; the others are imported all the same."""
DAY_WORDS: dict[str, Text] = {
    "order": text("按下单日"),
    "payment": text("按付款日"),
    "receipt": text("按签收日"),
    "request": text("按申请日"),
}
EXAMPLE = [
    "几天内可以申请退货？",
    "多久能退；退货期限",
    "签收后 7 天内可以申请。",
    "售后/退货",
    "",
    "2026-11-01..2026-11-20",
]


@bp.get("/studio/import")
@requires(Permission.CONTENT_EDIT)
def import_files() -> str | Response:
    """Show where to upload; `?format=` gives a table to fill in, with one line as an example."""
    if request.args.get("format") in EXPORTS:
        headers = [column.name for column in COLUMNS]
        return download(request.args["format"], _("问答导入模板"), headers, [EXAMPLE])
    return _page()


@bp.post("/studio/import")
@requires(Permission.CONTENT_EDIT)
def import_preview() -> str | tuple[str, int]:
    """Show what the file would make; nothing is written. Sent again with its key, other choices are tried."""
    actor = current_actor()
    try:
        key = request.form.get("key", "")
        sent = request.files.get("file")
        if key:
            name, data = request.form.get("name", ""), uploads.kept(actor, key)
        else:
            data, name = uploads.uploaded(most=settings().upload_max_bytes), (sent.filename or "") if sent else ""
        plan = imports.plan(name, data, _options())
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    return _page(plan=plan, name=name, key=key or uploads.keep(actor, data))


@bp.post("/studio/import/apply")
@requires(Permission.CONTENT_EDIT)
def import_apply() -> str | Response | tuple[str, int] | tuple[Response, int]:
    """Make the drafts that were shown. A script asks for a hundred at a time, so that the page says how far it is."""
    actor, run = current_actor(), _run()
    try:
        name = request.form.get("name", "")
        plan = imports.plan(name, uploads.kept(actor, request.form.get("key", "")), _options())
        rows = _wanted(plan)
        left = _batch(plan, rows, run, name)
        while left and not wants_json():
            left = _batch(plan, rows, run, name)
    except DomainError as error:
        if wants_json():
            return jsonify(error=say(error.message)), error.status
        return _page(error=say(error.message)), error.status
    where = url_for(".import_done", run=run)
    if wants_json():
        return jsonify(left=left, total=len(rows), next=where)
    return redirect(where, 303)


@bp.get("/studio/import/done")
@requires(Permission.CONTENT_EDIT)
def import_done() -> str | Response:
    """List the drafts of an import with their links."""
    noted = uploads.noted(current_actor(), request.args.get("run", ""))
    if noted is None:
        return redirect(url_for(".import_files"))
    made = [Made(**each) for each in noted["made"]]
    cards = queries.cards([each.document_id for each in made if each.document_id is not None])
    return render_template(
        "lms/content/import_done.html",
        made=[(each, cards[each.document_id]) for each in made if each.document_id in cards],
        skipped=sum(each.did == SKIP for each in made),
        update=UPDATE,
    )


def _options() -> Options:
    return Options(
        kind=request.form.get("kind", "article"),
        folder=request.form.get("folder", "").strip().strip("/"),
        split=bool(request.form.get("split")),
        day_kind=request.form.get("day_kind", ""),
        script=bool(request.form.get("script")),
    )


def _run() -> str:
    """Return the name of this import: the same form sent again goes on with it."""
    fields = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    return fingerprint(fields)


def _wanted(plan: Plan) -> tuple[Planned, ...]:
    """Return the rows to be made: all of them, or the good ones where that was chosen. Raises Invalid."""
    if plan.refused and not request.form.get("partial"):
        raise Invalid(text("有 %(n)s 处不能导入，什么也没有改。请改好文件再传。", n=len(plan.refused)))
    if not plan.good:
        raise Invalid(text("没有可以导入的内容，什么也没有改。"))
    return plan.good


def _batch(plan: Plan, rows: tuple[Planned, ...], run: str, name: str) -> int:
    """Make the next hundred in one transaction and return how many are left.

    The button pressed twice makes them once: the second waits for the first and goes on from there.
    """
    actor = current_actor()
    before: dict[str, Any] = uploads.noted(actor, run) or {"made": [], "twins": _twins(plan)}
    noted = deepcopy(before)
    done = {each["line"] for each in noted["made"]}
    # What the first hundred made is no twin of the next: the plan of the beginning holds.
    waiting = [row for row in rows if row.drafted.line not in done]
    batch = [_as_shown(row, noted["twins"]) for row in waiting[:BATCH]]
    pictures = imports.pictures_of(plan, batch)
    try:
        with transaction():
            imports.one_at_a_time(actor)
            now = uploads.noted(actor, run) or before
            if now != before:
                return len(rows) - len(now["made"])
            made = imports.make(actor, batch, _choices(batch), pictures)
            if len(waiting) <= BATCH:
                imports.noted(actor, name, [*(Made(**each) for each in noted["made"]), *made])
            noted["made"] += [{"line": each.line, "document_id": each.document_id, "did": each.did} for each in made]
            uploads.note(actor, run, noted)  # before the commit, which lets the second one go on
    except BaseException:
        if noted != before:
            uploads.note(actor, run, before)
        raise
    return max(0, len(waiting) - BATCH)


def _twins(plan: Plan) -> list[int]:
    return [row.drafted.line for row in plan.twins]


def _as_shown(row: Planned, twins: list[int]) -> Planned:
    return row if row.drafted.line in twins else Planned(drafted=row.drafted)


def _choices(rows: list[Planned]) -> dict[int, str]:
    every = request.form.get("all", "")
    found = {}
    for row in rows:
        line = row.drafted.line
        choice = every or request.form.get(f"row-{line}", SKIP)
        found[line] = choice if choice in (SKIP, UPDATE, MAKE) else SKIP
    return found


def _page(**more: Any) -> str:
    return render_template(
        "lms/content/import.html",
        options=_options(),
        columns=COLUMNS,
        day_kinds=[(name, DAY_WORDS[name]) for name in DAY_KINDS],
        folders=queries.folders(),
        most=settings().upload_max_bytes // 1_000_000,
        shown=SHOWN,
        **more,
    )
