"""Import of staff: upload, what would happen, then exactly that."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.actions import staff
from lms.accounts.rules.staff_words import COLUMNS
from lms.accounts.views import uploads
from lms.accounts.views.blueprint import bp
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import _, say
from lms.web.auth import current_actor, requires
from lms.web.tables import EXPORTS, download

EXAMPLE = {
    "employee_no": "A1099",
    "name": "林小满",
    "team": "售后一组",
    "position": "客服专员",
    "hired_on": "2026-11-23",
    "employment": "临时",
    "leaving_on": "2026-12-20",
}


def _page(**more: object) -> str:
    return render_template("lms/accounts/staff_import.html", columns=COLUMNS, **more)


@bp.get("/people/import")
@requires(Permission.STAFF_IMPORT)
def staff_import() -> str | Response:
    """Show where to upload; `?format=` gives a table to fill in, with one line as an example."""
    if request.args.get("format") in EXPORTS:
        return download(
            request.args["format"],
            _("人员导入模板"),
            [column.name for column in COLUMNS],
            [[EXAMPLE.get(column.key, "") for column in COLUMNS]],
        )
    return _page()


@bp.post("/people/import")
@requires(Permission.STAFF_IMPORT)
def staff_preview() -> str | tuple[str, int]:
    """Show what the file would do; nothing is changed."""
    actor = current_actor()
    try:
        data = uploads.uploaded()
        plan = staff.plan_staff(actor, data)
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    return _page(plan=plan, key=uploads.keep(actor, data), digest=staff.digest(plan))


@bp.post("/people/import/apply")
@requires(Permission.STAFF_IMPORT)
def staff_apply() -> Response | tuple[str, int]:
    """Do what was shown, all of it or nothing."""
    actor, key = current_actor(), request.form.get("key", "")
    try:
        data = uploads.kept(actor, key)
        with transaction():
            plan = staff.apply_staff(actor, data, shown=request.form.get("digest", ""))
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已导入：新增 %(new)s 人，更新 %(changed)s 人。", new=len(plan.new), changed=len(plan.changed)), "ok")
    return redirect(url_for(".people"))
