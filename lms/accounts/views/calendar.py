"""The calendar: one's own month for everybody; holidays, shifts and silent times for who keeps them."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions, queries
from lms.accounts.actions import day_files
from lms.accounts.actions.calendar import check_span, people_below
from lms.accounts.events import FreezeImpact, Moved
from lms.accounts.forms import CompanyDayForm, FreezeForm, ShiftForm
from lms.accounts.queries import days
from lms.accounts.rules.calendar import YEARS, is_known
from lms.accounts.rules.leave import DAY_COLUMNS
from lms.accounts.rules.shifts import clock, read_hours
from lms.accounts.views import months, uploads
from lms.accounts.views.blueprint import bp
from lms.core.access import Permission, allows
from lms.core.bus import ask
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.core.i18n import _, gettext, say
from lms.core.texts import text
from lms.web.auth import current_actor, requires
from lms.web.tables import download


def _page(**more: object) -> str:
    actor, first = current_actor(), months.asked_month(request.values.get("month", ""))
    whole = months.days_of(first)
    context: dict[str, object] = {
        "first": first,
        "before": months.month_before(first),
        "after": months.next_month(first),
        "days": days.month_of(actor.id, whole),
        "blanks": first.weekday(),
        "here": today(),
        "special": days.special_days(whole[0], whole[-1]),
        "is_known": is_known(first.year),
        "last_known": YEARS[-1],
        "may_edit": allows(actor, Permission.CALENDAR_EDIT),
        "clock": clock,
    }
    if context["may_edit"]:
        context |= {
            "freezes": days.freezes(),
            "shifts": days.shifts(),
            "freeze": _freeze_form(formdata=None, from_on=today(), until_on=today()),
            "day_form": CompanyDayForm(formdata=None, day=today()),
            "shift_form": ShiftForm(formdata=None),
        }
    return render_template("lms/accounts/calendar.html", **(context | more))


def _freeze_form(**options: object) -> FreezeForm:
    teams = [(team.id, "　" * team.depth + team.name) for team in queries.team_tree()]
    return FreezeForm(teams, **options)


@bp.get("/calendar")
@requires(Permission.LEARN)
def calendar() -> str | Response:
    if request.args.get("template"):
        heads = [uploads.head(column) for column in DAY_COLUMNS]
        return download("xlsx", gettext("公司日历导入模板"), heads, [[f"{YEARS[-1] + 1}-01-01", "否", "元旦"]])
    return _page()


@bp.post("/calendar/freezes")
@requires(Permission.CALENDAR_EDIT)
def freeze_set() -> str | Response | tuple[str, int]:
    """Show what a freeze window would move, or set it."""
    actor, form = current_actor(), _freeze_form()
    if not form.validate():
        return _page(freeze=form), 422
    try:
        if request.form.get("do") != "save":
            check_span(form.from_on.data, form.until_on.data)
            return _page(freeze=form, moved=_moved(form), people=len(people_below([form.team.data])))
        with transaction():
            actions.set_freeze(
                actor,
                form.team.data,
                name=form.name.data,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
            )
    except Invalid as error:
        form.take(error)
        return _page(freeze=form), error.status
    flash(gettext("静默期已保存，到期日正在顺延；紧急通知照常。"), "ok")
    return redirect(url_for(".calendar", month=f"{form.from_on.data:%Y-%m}"))


def _moved(form: FreezeForm) -> Moved:
    question = FreezeImpact(
        person_ids=tuple(people_below([form.team.data])), from_on=form.from_on.data, until_on=form.until_on.data
    )
    answers: list[Moved] = ask(question)
    return Moved(items=sum(each.items for each in answers), people=sum(each.people for each in answers))


@bp.post("/calendar/freezes/<int:freeze_id>/remove")
@requires(Permission.CALENDAR_EDIT)
def freeze_remove(freeze_id: int) -> Response:
    try:
        with transaction():
            actions.remove_freeze(current_actor(), freeze_id)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(say(error.message), "bad")
    else:
        flash(gettext("静默期已取消，到期日回到原来的日子。"), "ok")
    return redirect(url_for(".calendar"))


@bp.post("/calendar/days")
@requires(Permission.CALENDAR_EDIT)
def company_day_set() -> str | Response | tuple[str, int]:
    form = CompanyDayForm()
    if not form.validate():
        return _page(day_form=form), 422
    on: date = form.day.data
    said = (form.working.data == "yes", form.name.data) if form.working.data else None
    with transaction():
        actions.set_company_days(current_actor(), {on: said})
    flash(gettext("已保存，按节假日上班的人会重新计算到期日。"), "ok")
    return redirect(url_for(".calendar", month=f"{on:%Y-%m}"))


@bp.post("/calendar/days/import")
@requires(Permission.CALENDAR_EDIT)
def company_days_preview() -> str | tuple[str, int]:
    """Show what a file of company days would do; nothing is changed."""
    actor = current_actor()
    try:
        data = uploads.uploaded()
        plan = day_files.plan_days(data)
    except DomainError as error:
        return _page(file_error=say(error.message)), error.status
    return render_template(
        "lms/accounts/calendar_import.html", plan=plan, key=uploads.keep(actor, data), digest=fingerprint(plan)
    )


@bp.post("/calendar/days/import/apply")
@requires(Permission.CALENDAR_EDIT)
def company_days_apply() -> Response | tuple[str, int]:
    actor, key = current_actor(), request.form.get("key", "")
    try:
        data = uploads.kept(actor, key)
        with transaction():
            plan = day_files.apply_days(actor, data, request.form.get("digest", ""), partly="partly" in request.form)
    except DomainError as error:
        return _page(file_error=say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已导入 %(n)s 天。", n=len(plan.changed)), "ok")
    return redirect(url_for(".calendar", month=f"{plan.changed[0].day:%Y-%m}"))


@bp.post("/calendar/shifts")
@requires(Permission.CALENDAR_EDIT)
def shift_set() -> str | Response | tuple[str, int]:
    actor, form = current_actor(), ShiftForm()
    if code := request.form.get("remove", ""):
        with transaction():
            actions.remove_shift(actor, code)
        flash(gettext("班次已删除。"), "ok")
        return redirect(url_for(".calendar"))
    if not form.validate():
        return _page(shift_form=form), 422
    try:
        hours = read_hours(form.hours.data)
        if hours is None:
            reason = text("时间写成 8:00-16:00；过夜写 22:00-6:00。")
            raise Invalid(reason, fields={"hours": reason})
        with transaction():
            actions.set_shift(actor, form.code.data, name=form.name.data, starts=hours.starts, ends=hours.ends)
    except Invalid as error:
        form.take(error)
        return _page(shift_form=form), error.status
    flash(gettext("班次已保存。"), "ok")
    return redirect(url_for(".calendar"))
