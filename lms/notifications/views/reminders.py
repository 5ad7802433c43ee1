"""The settings of reminders: when people are reminded, and whom that would reach today."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.here import local, today
from lms.core.i18n import gettext
from lms.notifications.actions.reminders import change_plan
from lms.notifications.jobs.reminders import Forecast, forecast
from lms.notifications.queries.plan import plan, plan_changed
from lms.notifications.queries.reminders import told_on
from lms.notifications.reminder_forms import PlanForm
from lms.notifications.rules import Plan, checked
from lms.notifications.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/settings/reminders")
@requires(Permission.NOTIFY_EDIT)
def reminders() -> str:
    """Show the plan of reminders and whom it would remind today."""
    present = plan()
    return _page(PlanForm.showing(present), present)


@bp.post("/settings/reminders")
@requires(Permission.NOTIFY_EDIT)
def change_reminders() -> str | Response | tuple[str, int]:
    """Keep another plan, or show whom it would remind; the same plan either way."""
    form = PlanForm()
    try:
        if not form.validate():
            raise Invalid()
        wanted = checked(form.plan())
        if request.form.get("do") == "preview":
            return _page(form, wanted)
        with transaction():
            change_plan(current_actor(), wanted)
    except DomainError as error:
        if error.fields:
            form.take(error)
        return _page(form, None), 422
    flash(gettext("已保存，从下一次提醒起生效。"), "ok")
    return redirect(url_for(".reminders"), 303)


def _page(form: PlanForm, shown: Plan | None) -> str:
    """Return the page. shown: the plan of which it says whom it would remind today; None where there is none."""
    here = local(clock.now())
    found: Forecast | None = forecast(shown, today()) if shown else None
    return render_template(
        "lms/notifications/reminders.html",
        form=form,
        shown=shown,
        forecast=found,
        told=told_on(today()),
        is_over=shown is not None and here.hour * 60 + here.minute >= shown.send_at,
        changed=plan_changed(),
    )
