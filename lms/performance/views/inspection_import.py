"""Import of verdicts: upload, what would happen, then exactly that.

What customers said is masked while the file is read and never touches the disk before: the upload stays in memory, and
between preview and import the rows are kept with their texts masked.
"""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core import sheets
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import _, current_locale, say
from lms.core.sheets import Column, Row
from lms.performance.actions import inspections as acts
from lms.performance.queries import inspection_rows
from lms.performance.rules.inspection_file import InspectionPlan
from lms.performance.rules.inspection_words import COLUMNS, EXPLAINED, shown
from lms.performance.views.room import bp
from lms.web import uploads
from lms.web.auth import current_actor, requires
from lms.web.limits import unkept
from lms.web.tables import EXPORTS, download

MOST_ITEMS = 20


def _page(**more: object) -> str:
    return render_template(
        "lms/performance/inspection_import.html",
        columns=COLUMNS,
        explained=EXPLAINED,
        has_items=bool(inspection_rows.items(active=True)),
        **more,
    )


def _head(column: Column) -> str:
    """Return the name of a column in the reader's language; the import knows both."""
    english = next((name for name in column.synonyms if name.isascii()), column.name)
    return column.name if current_locale() == "zh_CN" else english


@bp.get("/inspections/import")
@requires(Permission.INSPECTION_EDIT)
def inspection_import() -> str | Response:
    """Show where to upload; `?format=` gives a sheet to fill in."""
    if request.args.get("format") in EXPORTS:
        return download(
            request.args["format"],
            _("质检导入模板"),
            [_head(column) for column in COLUMNS],
            [],
            more=[
                (
                    _("怎么填"),
                    [_("列"), _("要不要填"), _("怎么写")],
                    [
                        [_head(column), _("必填") if column.required else _("选填"), say(EXPLAINED[column.key])]
                        for column in COLUMNS
                    ],
                )
            ],
        )
    return _page()


@bp.post("/inspections/import")
@requires(Permission.INSPECTION_EDIT)
@unkept
def inspection_preview() -> str | tuple[str, int]:
    """Show what the file would do; nothing is changed."""
    actor = current_actor()
    try:
        sheet = sheets.read(uploads.uploaded(), COLUMNS)
        hide = acts.hider()
        plan = acts.plan_rows(actor, sheet.rows, sheet.unknown, hide=hide)
        kept = _masked(sheet.rows, hide)
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    return _previewed(actor, plan, kept)


def _previewed(actor: Actor, plan: InspectionPlan, rows: bytes) -> str:
    return _page(plan=plan, key=uploads.keep(actor, rows), digest=plan.digest)


def _masked(rows: Sequence[Row], hide: Callable[[str], str]) -> bytes:
    """Return the rows as a file whose texts are masked, each on the line where it stood."""
    lines: list[list[str]] = []
    for row in rows:
        lines += [[]] * (row.line - 2 - len(lines))
        lines.append([hide(shown(row[each.key])) if each.lines else shown(row[each.key]) for each in COLUMNS])
    return sheets.csv_bytes([column.name for column in COLUMNS], lines)


@bp.post("/inspections/import/items")
@requires(Permission.INSPECTION_EDIT)
def inspection_import_items() -> str | tuple[str, int]:
    """Make the items that a previewed file names and nobody knows, then show the preview again."""
    actor = current_actor()
    try:
        data = uploads.kept(actor, request.form.get("key", ""))
        rows = sheets.read(data, COLUMNS).rows
        with transaction():
            made = acts.make_items(actor, acts.plan_rows(actor, rows, hide=None).unknown_items[:MOST_ITEMS])
        plan = acts.plan_rows(actor, rows, hide=None)
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    if made:
        flash(_("新建检查项：%(names)s。", names=_("、").join(made)), "ok")
    return _previewed(actor, plan, data)


@bp.post("/inspections/import/apply")
@requires(Permission.INSPECTION_EDIT)
def inspection_apply() -> Response | tuple[str, int]:
    """Do what was shown, all of it or nothing."""
    actor, key = current_actor(), request.form.get("key", "")
    try:
        rows = sheets.read(uploads.kept(actor, key), COLUMNS).rows
        with transaction():
            plan = acts.apply_rows(actor, rows, source="file", shown_digest=request.form.get("digest", ""), hide=None)
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已导入 %(n)s 条，%(people)s 人会收到通知；申诉期过后才生效。", n=plan.new, people=plan.told), "ok")
    return redirect(url_for(".inspections"), 303)
