"""Pages of staff before a peak: plans, one plan, a what-if, the training that is missing."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import teams_within
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid, NotFound
from lms.core.here import today
from lms.core.i18n import _, ngettext, say
from lms.core.texts import text
from lms.learning.queries import campaigns
from lms.readiness.actions import staffing as acts
from lms.readiness.forms import PlanForm, WhatIfForm, formula_values
from lms.readiness.queries import staffing as reading
from lms.readiness.queries.staffing import Row
from lms.readiness.queries.supply import staff
from lms.readiness.rules.gap import spans
from lms.readiness.rules.need import Formula
from lms.readiness.rules.outlook import DayLook, Outlook, Supply, Wanted, hours_on, outlook
from lms.readiness.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import columns
from lms.web.tables import TableState, download

USUAL_LEAD = timedelta(days=30)
USUAL_LENGTH = timedelta(days=10)
WIDTH, HEIGHT = 640, 160


@bp.get("/staffing")
@requires(Permission.STAFFING_READ)
def staffing() -> str:
    """Show every plan in one line, the next peak first."""
    actor = current_actor()
    return render_template(
        "lms/readiness/staffing.html",
        lines=reading.lines(actor),
        today=today(),
        may_edit=allows(actor, Permission.STAFFING_EDIT),
    )


@bp.get("/staffing/new")
@requires(Permission.STAFFING_EDIT)
def new_staffing() -> str:
    actor, first = current_actor(), today() + USUAL_LEAD
    teams = teams_within(actor, Permission.STAFFING_EDIT)
    usual: dict[str, Any] = {
        "from_on": first,
        "until_on": first + USUAL_LENGTH,
        "team": str(teams[0].id) if teams else "",
        "present": len(staff([teams[0].id], today())) if teams else 0,
        **formula_values(Formula()),
    }
    return _form_page(_form(actor, usual))


@bp.post("/staffing/new")
@requires(Permission.STAFFING_EDIT)
def make_staffing() -> Response | tuple[str, int]:
    actor = current_actor()
    form = _form(actor)
    if not form.validate():
        return _form_page(form), 422
    try:
        with transaction():
            public_id = acts.make(actor, form.draft()).public_id
    except DomainError as refused:
        form.take(refused)
        return _form_page(form), refused.status
    flash(_("计划已保存。下一步：导入每天的预测，或按历史算。"), "ok")
    return redirect(url_for(".import_days", staffing_id=public_id), 303)


@bp.get("/staffing/<staffing_id>")
@requires(Permission.STAFFING_READ)
def staff_plan(staffing_id: str) -> str | Response:
    """Show need, certified and on duty by day and by hour, and what fills the gap; or download the days."""
    actor = current_actor()
    row = reading.plan(actor, staffing_id)
    supply = reading.supply_of(row)
    look = outlook(row.wanted, supply) if supply is not None else None
    table = TableState.from_args(request.args, sorts=("day",), default="day")
    if table.format and look is not None:
        return _download(row, look, table.format)
    trainees = reading.trainees(actor, look.again) if look is not None else []
    return render_template(
        "lms/readiness/staff_plan.html",
        row=row,
        table=table,
        trainees=trainees,
        campaign=reading.campaign_name(row.campaign_id),
        manages=reading.may_edit(actor, row.team_ids),
        gives=allows(actor, Permission.ASSIGN),
        today=today(),
        **pictures(look, supply, _day(look)),
    )


@bp.get("/staffing/<staffing_id>/what-if")
@requires(Permission.STAFFING_READ)
def staff_what_if(staffing_id: str) -> str | tuple[str, int]:
    """Show what other numbers would mean, beside what the plan says. Nothing is kept."""
    row = reading.plan(current_actor(), staffing_id)
    usual = {
        "base_orders": row.base_orders,
        "present": row.present,
        "shares": " ".join(str(skill.share) for skill in row.skills),
        **formula_values(row.formula),
    }
    asked = bool(request.args.keys() & {"percent", "present", "way"})
    form = WhatIfForm(formdata=request.args if asked else None, **usual)
    wanted, status = row.wanted, 200
    if asked:
        wanted, status = _what_if(form, row)
    supply = reading.supply_of(row, wanted)
    look = outlook(wanted, supply) if supply is not None else None
    before = outlook(row.wanted, supply) if supply is not None else None
    page = render_template(
        "lms/readiness/staff_what_if.html",
        row=row,
        form=form,
        before=before.peak if before is not None else None,
        **pictures(look, supply, _day(look)),
    )
    return page, status


def _what_if(form: WhatIfForm, row: Row) -> tuple[Wanted, int]:
    """Return what is tried; what the plan says with 422 where a number makes no sense."""
    if not form.validate():
        return row.wanted, 422
    try:
        tried = replace(
            row.wanted.changed(percent=form.percent.data),
            formula=form.formula(),
            present=form.present.data,
            base=form.base_orders.data,
            shares=form.wanted_shares(row.wanted.shares),
        )
    except Invalid as refused:
        form.take(refused)
        return row.wanted, 422
    return tried, 200


@bp.get("/staffing/<staffing_id>/edit")
@requires(Permission.STAFFING_EDIT)
def edit_staffing(staffing_id: str) -> str:
    actor, row = managed(staffing_id)
    values: dict[str, Any] = {
        "name": row.name,
        "team": str(row.team_id),
        "more_teams": [str(id) for id in row.more_teams],
        "from_on": row.from_on,
        "until_on": row.until_on,
        "base_orders": row.base_orders,
        "present": row.present,
        "campaign": str(row.campaign_id or ""),
        **formula_values(row.formula),
    }
    for number, skill in enumerate(row.skills):
        values |= {f"skill{number}": skill.key, f"share{number}": skill.share}
    return _form_page(_form(actor, values, row), row)


@bp.post("/staffing/<staffing_id>/edit")
@requires(Permission.STAFFING_EDIT)
def change_staffing(staffing_id: str) -> Response | tuple[str, int]:
    actor, row = managed(staffing_id)
    form = _form(actor, row=row)
    if not form.validate():
        return _form_page(form, row), 422
    try:
        with transaction():
            acts.change(actor, staffing_id, form.draft())
    except DomainError as refused:
        form.take(refused)
        return _form_page(form, row), refused.status
    flash(_("已保存。"), "ok")
    return redirect(url_for(".staff_plan", staffing_id=staffing_id), 303)


@bp.get("/staffing/<staffing_id>/discard")
@requires(Permission.STAFFING_EDIT)
def ask_discard_staffing(staffing_id: str) -> str:
    _actor, row = managed(staffing_id)
    return render_template("lms/readiness/staff_discard.html", row=row)


@bp.post("/staffing/<staffing_id>/discard")
@requires(Permission.STAFFING_EDIT)
def discard_staffing(staffing_id: str) -> Response:
    actor, _row = managed(staffing_id)
    with transaction():
        acts.discard(actor, staffing_id)
    flash(_("计划已删除，派过的复训不受影响。"), "ok")
    return redirect(url_for(".staffing"), 303)


@bp.get("/staffing/<staffing_id>/assign")
@requires(Permission.ASSIGN)
def staff_training(staffing_id: str) -> str:
    """Show by name who would get what."""
    actor = current_actor()
    row = reading.plan(actor, staffing_id)
    return render_template("lms/readiness/staff_training.html", row=row, shown=acts.training(actor, row))


@bp.post("/staffing/<staffing_id>/assign")
@requires(Permission.ASSIGN)
def give_staff_training(staffing_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    row = reading.plan(actor, staffing_id)
    try:
        with transaction():
            shown = acts.training(actor, row)
            if shown.digest != request.form.get("digest", "") or not shown.gets:
                raise Conflict(text("名单在预览以后有变化，请再看一遍。"))
            count = acts.give_training(actor, row, shown)
    except Conflict as refused:
        page = render_template(
            "lms/readiness/staff_training.html", row=row, shown=acts.training(actor, row), refused=say(refused.message)
        )
        return page, refused.status
    flash(ngettext("已派给 %(n)s 人。", "已派给 %(n)s 人。", count) % {"n": count}, "ok")
    return redirect(url_for(".staff_plan", staffing_id=staffing_id), 303)


def managed(staffing_id: str) -> tuple[Actor, Row]:
    """Return who asks and a plan that they may change. Raises NotFound."""
    actor = current_actor()
    row = reading.plan(actor, staffing_id)
    if not reading.may_edit(actor, row.team_ids):
        raise NotFound()
    return actor, row


def _form(actor: Actor, values: dict[str, Any] | None = None, row: Row | None = None) -> PlanForm:
    """Return the form; what the plan has and nobody could choose any more can still be kept."""
    proofs = reading.choices()
    known = {key for key, _name in proofs}
    if row is not None:
        proofs += [(skill.key, skill.name) for skill in row.skills if skill.key not in known]
    found = [(each.id, each.name) for each in campaigns.campaigns(actor, today())]
    linked = reading.campaign_name(row.campaign_id) if row is not None else None
    if row is not None and row.campaign_id is not None and linked and row.campaign_id not in dict(found):
        found.append((row.campaign_id, linked[1]))
    return PlanForm(
        formdata=None if values is not None else request.form,
        teams=teams_within(actor, Permission.STAFFING_EDIT),
        proofs=proofs,
        campaigns=found,
        **(values or {}),
    )


def _form_page(form: PlanForm, row: Row | None = None) -> str:
    return render_template("lms/readiness/staff_form.html", form=form, row=row)


def _day(look: Outlook | None) -> DayLook | None:
    """Return the day of which the hours are asked for; the peak without a day, or with one that is none."""
    if look is None:
        return None
    asked = request.args.get("day", "")
    return next((each for each in look.days if each.day.isoformat() == asked), look.peak)


def pictures(look: Outlook | None, supply: Supply | None, day: DayLook | None) -> dict[str, Any]:
    """Return an outlook with the places of its bars, as `_staff_look.html` draws it."""
    if look is None or supply is None or day is None:
        return {"look": None}
    most = max(1, *(max(each.need.people, each.certified) for each in look.days))
    on_duty = hours_on(supply, day.day)
    top = max(1, *day.need.hours, *on_duty)
    short = [hour for hour, need in enumerate(day.need.hours) if on_duty[hour] < need]
    return {
        "look": look,
        "shown": day,
        "people": supply.people,
        "width": WIDTH,
        "height": HEIGHT,
        "most": most,
        "able_bars": columns([each.certified for each in look.days], width=WIDTH, height=HEIGHT, most=most),
        "duty_bars": columns([each.on_duty for each in look.days], width=WIDTH, height=HEIGHT, most=most, gap=0.6),
        "need_bars": columns([each.need.people for each in look.days], width=WIDTH, height=HEIGHT, most=most, gap=0.08),
        "hours": list(zip(day.need.hours, on_duty, strict=True)),
        "hour_top": top,
        "hour_duty": columns(on_duty, width=WIDTH, height=HEIGHT, most=top),
        "hour_need": columns(day.need.hours, width=WIDTH, height=HEIGHT, most=top, gap=0.08),
        "short_hours": [f"{first}:00–{end}:00" for first, end in spans(short)],
        "keep": urlencode([(name, value) for name, value in request.args.items() if name != "day"]),
    }


def _download(row: Row, look: Outlook, format: str) -> Response:
    names = [skill.name for skill in row.skills]
    heads = [
        _("日期"),
        _("订单量"),
        _("咨询量"),
        _("投诉量"),
        _("需要"),
        _("已认证"),
        _("缺口"),
        _("当班需要"),
        _("当班"),
    ]
    heads += [_("需要：%(name)s", name=name) for name in names] + [_("已认证：%(name)s", name=name) for name in names]
    return download(
        format, _("大促人手 %(name)s", name=row.name), heads, [_line(each, len(names)) for each in look.days]
    )


def _line(each: DayLook, skills: int) -> list[object]:
    day: date = each.day
    return [
        day.isoformat(),
        each.volume.orders,
        "" if each.volume.contacts is None else each.volume.contacts,
        "" if each.volume.complaints is None else each.volume.complaints,
        each.need.people,
        each.certified,
        each.gap,
        each.need.on_duty,
        each.on_duty,
        *(each.needs if skills else ()),
        *(each.certified_by if skills else ()),
    ]
