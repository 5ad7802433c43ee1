"""Contact reasons and ratings from a file: upload, what would be counted, then exactly that."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import today
from lms.core.i18n import _, current_locale, say
from lms.core.sheets import Column
from lms.core.texts import Text, text
from lms.kb.actions import gap_file
from lms.kb.rules.gap_file import COLUMNS, MOST_ROWS
from lms.kb.rules.gaps import CONTACT, RATING
from lms.kb.views.room import bp
from lms.web import uploads
from lms.web.auth import current_actor, requires
from lms.web.tables import EXPORTS, download

SHOWN = 200
KINDS: dict[str, Text] = {CONTACT: text("联系原因"), RATING: text("评价内容")}
EXPLAINED: dict[str, Text] = {
    "words": text("顾客为什么来问，或评价里写了什么；手机号、订单号会自动打码。"),
    "shop": text("店铺的名称或代码；空着是不分店铺。"),
    "count": text("这一天有多少次；空着是 1 次。"),
    "day": text("哪一天，如 2026-11-22。"),
}


@bp.get("/kb/care/gaps/import")
@requires(Permission.CONTENT_EDIT)
def gap_import() -> str | Response:
    """Show where to upload; `?format=` gives a sheet to fill in, with one line as an example."""
    if request.args.get("format") in EXPORTS:
        kind = _kind(request.args.get("kind", ""))
        example = {"words": _("发货前想改地址"), "shop": "", "count": 12, "day": today().isoformat()}
        columns = COLUMNS[kind]
        return download(
            request.args["format"],
            _("联系原因导入模板"),
            [_head(column) for column in columns],
            [[example[column.key] for column in columns]],
        )
    return _page(kind=CONTACT)


def _head(column: Column) -> str:
    """Return the name of a column in the reader's language; the import knows both."""
    english = next((name for name in column.synonyms if name.isascii()), column.name)
    return column.name if current_locale() == "zh_CN" else english


def _kind(written: str) -> str:
    return written if written in COLUMNS else CONTACT


def _page(**more: Any) -> str:
    return render_template(
        "lms/kb/gap_import.html",
        kinds=KINDS,
        columns=COLUMNS[more.get("kind", CONTACT)],
        explained=EXPLAINED,
        most_rows=MOST_ROWS,
        shown=SHOWN,
        **more,
    )


@bp.post("/kb/care/gaps/import")
@requires(Permission.CONTENT_EDIT)
def gap_import_preview() -> str | tuple[str, int]:
    """Show what the file would count; nothing is changed."""
    kind = _kind(request.form.get("kind", ""))
    try:
        data = uploads.uploaded()
        plan = gap_file.plan(data, kind)
    except DomainError as error:
        return _page(kind=kind, error=say(error.message)), error.status
    return _page(kind=kind, plan=plan, key=uploads.keep(current_actor(), data), digest=gap_file.digest(plan))


@bp.post("/kb/care/gaps/import/apply")
@requires(Permission.CONTENT_EDIT)
def gap_import_apply() -> Response | tuple[str, int]:
    """Count what was shown: all of it, or only what is right where that was chosen."""
    actor, key, kind = current_actor(), request.form.get("key", ""), _kind(request.form.get("kind", ""))
    try:
        data = uploads.kept(actor, key)
        with transaction():
            plan = gap_file.apply(
                actor, data, kind, shown=request.form.get("digest", ""), partial=bool(request.form.get("partial"))
            )
    except DomainError as error:
        return _page(kind=kind, error=say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已导入 %(words)s 种说法，共 %(n)s 次。", words=len(plan.missing), n=plan.total), "ok")
    return redirect(url_for(".gaps"), 303)
