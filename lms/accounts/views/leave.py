"""Leave: who is away when; noted one by one or from a file."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions, queries
from lms.accounts.actions import day_files
from lms.accounts.forms import LeaveForm
from lms.accounts.queries import days
from lms.accounts.rules.leave import KINDS, LEAVE_COLUMNS
from lms.accounts.views import uploads
from lms.accounts.views.blueprint import bp
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.core.i18n import _, gettext, say
from lms.core.sheets import day as read_day
from lms.core.texts import text
from lms.web.auth import current_actor, requires
from lms.web.tables import download


def _page(form: LeaveForm | None = None, **more: object) -> str:
    actor = current_actor()
    return render_template(
        "lms/accounts/leave.html",
        form=form or LeaveForm(formdata=None, from_on=today(), until_on=today()),
        leaves=days.leaves(actor),
        kinds={kind: say(name) for kind, name in KINDS.items()},
        knows_kinds=allows(actor, Permission.PERSON_PRIVATE),
        here=today(),
        **more,
    )


@bp.get("/leave")
@requires(Permission.ROSTER_EDIT)
def leave() -> str | Response:
    if request.args.get("template"):
        heads = [uploads.head(column) for column in LEAVE_COLUMNS]
        row = ["A1002", gettext("示例：许文静"), today().isoformat(), today().isoformat(), "年假"]
        return download("xlsx", gettext("请假导入模板"), heads, [row])
    return _page()


@bp.post("/leave")
@requires(Permission.ROSTER_EDIT)
def leave_note() -> str | Response | tuple[str, int]:
    actor, form = current_actor(), LeaveForm()
    if not form.validate():
        return _page(form), 422
    try:
        found = queries.active_by_no(form.number.data)
        if found is None or not queries.seen(actor, Permission.ROSTER_EDIT, [found.id]):
            reason = text("没有找到这个工号。")
            raise Invalid(reason, fields={"number": reason})
        with transaction():
            actions.note_leave(
                actor,
                found.id,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                kind=form.kind.data if allows(actor, Permission.PERSON_PRIVATE) else "other",
            )
    except Invalid as error:
        form.take(error)
        return _page(form), error.status
    flash(_("已登记，%(name)s的到期日会顺延到请假之后。", name=found.name or ""), "ok")
    return redirect(url_for(".leave"))


@bp.post("/leave/<int:leave_id>/end")
@requires(Permission.ROSTER_EDIT)
def leave_end(leave_id: int) -> Response:
    """Let a leave end on the day before the first day back."""
    actor = current_actor()
    if leave_id not in {row.id for row in days.leaves(actor)}:
        raise NotFound()
    try:
        last = read_day(request.form.get("last_day", ""))
    except ValueError:
        flash(gettext("请填写最后一天。"), "bad")
        return redirect(url_for(".leave"))
    try:
        with transaction():
            actions.end_leave(actor, leave_id, last)
    except Invalid as error:
        flash(say(error.message), "bad")
    else:
        flash(gettext("已改，到期日会重新计算。"), "ok")
    return redirect(url_for(".leave"))


@bp.post("/leave/import")
@requires(Permission.ROSTER_EDIT)
def leave_preview() -> str | tuple[str, int]:
    """Show what the file would do; nothing is changed."""
    actor = current_actor()
    try:
        data = uploads.uploaded()
        plan = day_files.plan_leave(actor, data)
    except DomainError as error:
        return _page(file_error=say(error.message)), error.status
    return render_template(
        "lms/accounts/leave_import.html",
        plan=plan,
        key=uploads.keep(actor, data),
        digest=fingerprint(plan),
        kinds={kind: say(name) for kind, name in KINDS.items()},
    )


@bp.post("/leave/import/apply")
@requires(Permission.ROSTER_EDIT)
def leave_apply() -> Response | tuple[str, int]:
    actor, key = current_actor(), request.form.get("key", "")
    try:
        data = uploads.kept(actor, key)
        with transaction():
            plan = day_files.apply_leave(actor, data, request.form.get("digest", ""), partly="partly" in request.form)
    except DomainError as error:
        return _page(file_error=say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已登记 %(n)s 条请假。", n=len(plan.changed)), "ok")
    return redirect(url_for(".leave"))
