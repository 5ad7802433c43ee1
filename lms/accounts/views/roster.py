"""Rosters: patterns, the month of one person, import of single days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions, queries
from lms.accounts.actions import staff
from lms.accounts.actions.calendar import shift_words
from lms.accounts.forms import PatternForm
from lms.accounts.queries import days
from lms.accounts.queries.calendar import company_days
from lms.accounts.rules.calendar import office_days
from lms.accounts.rules.roster import Pattern
from lms.accounts.rules.roster_file import COLUMNS
from lms.accounts.rules.shifts import read_cycle
from lms.accounts.views import months, uploads
from lms.accounts.views.blueprint import bp
from lms.core.access import Actor, Permission
from lms.core.calendar import MONDAY_TO_FRIDAY, working_days
from lms.core.db import transaction
from lms.core.errors import DomainError, Forbidden, Invalid, NotFound
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.core.i18n import _, gettext, say
from lms.core.texts import text
from lms.web.auth import current_actor, requires
from lms.web.tables import download


def _owners(actor: Actor) -> tuple[list[queries.TeamRow], list[queries.CohortRow]]:
    """Return the teams and the intakes whose pattern the actor may set."""
    everybody = queries.sees_everybody(actor, Permission.ROSTER_EDIT)
    tree = queries.team_tree()
    teams = tree if everybody else [team for team in tree if team.id in actor.teams_below]
    return teams, queries.cohorts(actor) if everybody else []


def _page(form: PatternForm | None = None, **more: Any) -> str:
    actor = current_actor()
    teams, cohorts = _owners(actor)
    context: dict[str, Any] = {
        "form": form or PatternForm(formdata=None, from_on=today()),
        "patterns": queries.patterns(actor),
        "teams": teams,
        "cohorts": cohorts,
        "ticked": _weekdays() or MONDAY_TO_FRIDAY,
        "owner": request.values.get("owner", ""),
        "number": request.values.get("number", ""),
        "month": request.form.get("month", f"{today():%Y-%m}"),
        "shifts": days.shifts(),
    }
    return render_template("lms/accounts/roster.html", **(context | more))


def _weekdays() -> int:
    """Return the ticked boxes as one number, bit 0 = Monday."""
    return sum(1 << int(day) for day in set(request.form.getlist("weekday")) if day in "0123456" and len(day) == 1)


@bp.get("/roster")
@requires(Permission.ROSTER_EDIT)
def roster() -> str | Response:
    number = request.args.get("person", "").strip()
    if request.args.get("template") in ("month", "days"):
        return _template(request.args["template"])
    if number:
        found = queries.active_by_no(number)
        if found and found.id in queries.seen(current_actor(), Permission.ROSTER_EDIT, [found.id]):
            return redirect(url_for(".roster_person", employee_no=found.employee_no))
        return _page(person_error=gettext("没有找到这个工号。"), person_typed=number)
    return _page()


def _template(form: str) -> Response:
    """Give a sheet to fill in: a column for each day of next month, or a row for each day."""
    first = months.next_month(today().replace(day=1))
    if form == "days":
        heads = [uploads.head(column) for column in COLUMNS]
        rows: list[list[str]] = [["A1002", gettext("示例：许文静"), first.isoformat(), "早"]]
    else:
        whole = months.days_of(first)
        heads = [*(uploads.head(column) for column in COLUMNS[:2]), *(day.isoformat() for day in whole)]
        turn = ("早", "早", "晚", "晚", "休", "休")
        rows = [["A1002", gettext("示例：许文静"), *(turn[place % 6] for place in range(len(whole)))]]
    return download("xlsx", gettext("排班导入模板"), heads, rows)


def _owner(actor: Actor) -> actions.Owner:
    """Return whose pattern the form means. Raises Invalid, Forbidden for a team or intake of others."""
    kind, _colon, key = request.form.get("owner", "").partition(":")
    teams, cohorts = _owners(actor)
    if kind == "person":
        number = request.form.get("number", "")
        found = queries.active_by_no(number)
        if found is None or not queries.seen(actor, Permission.ROSTER_EDIT, [found.id]):
            reason = text("没有找到这个工号。")
            raise Invalid(reason, fields={"number": reason})
        return actions.Owner(person_id=found.id)
    if kind == "team" and key in {str(team.id) for team in teams}:
        return actions.Owner(team_id=int(key))
    if kind == "cohort" and key in {str(cohort.id) for cohort in cohorts}:
        return actions.Owner(cohort_id=int(key))
    if kind in ("team", "cohort"):
        raise Forbidden()
    reason = text("请选团队、批次或个人。")
    raise Invalid(reason, fields={"owner": reason})


@bp.post("/roster")
@requires(Permission.ROSTER_EDIT)
def roster_set() -> str | Response | tuple[str, int]:
    """Show which days the pattern gives, or set it."""
    actor, form, weekdays = current_actor(), PatternForm(), _weekdays()
    if not form.validate():
        return _page(form), 422
    try:
        cycle = read_cycle(form.cycle.data, shift_words()) if form.cycle.data else ()
        if request.form.get("do") == "preview":
            return _page(form, preview=_next_days(form, weekdays, cycle), ticked=weekdays)
        with transaction():
            actions.set_pattern(
                actor,
                _owner(actor),
                weekdays=weekdays or MONDAY_TO_FRIDAY if cycle else weekdays,
                cycle=cycle,
                follows_holidays=form.follows.data,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
            )
    except Invalid as error:
        form.take(error)
        reasons = {name: say(reason) for name, reason in error.fields.items()}
        return _page(form, ticked=weekdays, reasons=reasons), error.status
    flash(gettext("排班已保存，相关人的到期日会重新计算。"), "ok")
    return redirect(url_for(".roster"))


def _next_days(form: PatternForm, weekdays: int, cycle: Sequence[str]) -> list[tuple[date, str]]:
    """Return the first working days that a pattern gives, each with its shift."""
    pattern = Pattern(
        weekdays=weekdays, cycle=tuple(cycle), follows_holidays=form.follows.data, from_on=form.from_on.data
    )
    office = office_days(company_days())
    found = working_days(form.from_on.data, 10, lambda day: pattern.works(day, office))
    return [(day, pattern.shift_on(day, office)) for day in found]


@bp.post("/roster/patterns/<int:pattern_id>/stop")
@requires(Permission.ROSTER_EDIT)
def roster_stop(pattern_id: int) -> Response:
    actor = current_actor()
    if pattern_id not in {pattern.id for pattern in queries.patterns(actor)}:
        raise NotFound()
    with transaction():
        actions.stop_pattern(actor, pattern_id)
    flash(gettext("排班已停用。"), "ok")
    return redirect(url_for(".roster"))


@bp.get("/roster/<employee_no>")
@requires(Permission.ROSTER_EDIT)
def roster_person(employee_no: str) -> str:
    """Show one month of one person: what the pattern says and the single days that differ."""
    person = queries.person_by_no(current_actor(), employee_no, Permission.ROSTER_EDIT)
    first = months.asked_month(request.args.get("month", ""))
    found = queries.roster_of(person.id)
    by_pattern = replace(found, days={}, leave=())
    whole = months.days_of(first)
    return render_template(
        "lms/accounts/roster_person.html",
        person=person,
        first=first,
        before=months.month_before(first),
        after=months.next_month(first),
        days=[
            {
                "day": day,
                "works": found(day),
                "single": found(day) != by_pattern(day),
                "shift": found.shift(day),
                "leave": found.on_leave(day),
            }
            for day in whole
        ],
        blanks=first.weekday(),
        source=found.source(max(first, min(today(), whole[-1]))),
        next_days=working_days(today(), 10, found),
    )


@bp.post("/roster/<employee_no>")
@requires(Permission.ROSTER_EDIT)
def roster_person_set(employee_no: str) -> Response:
    """Keep the ticked days of the month; those that agree with the pattern need no row of their own."""
    actor = current_actor()
    person = queries.person_by_no(actor, employee_no, Permission.ROSTER_EDIT)
    first = months.asked_month(request.form.get("month", ""))
    ticked = set(request.form.getlist("day"))
    roster = queries.roster_of(person.id)
    by_pattern = replace(roster, days={}, leave=())
    # What is ticked as it was is left alone: a day may say a shift, and days of leave are not asked for here.
    wanted = {
        day: None if (day.isoformat() in ticked) == by_pattern(day) else day.isoformat() in ticked
        for day in months.days_of(first)
        if not roster.on_leave(day) and (day.isoformat() in ticked) != roster(day)
    }
    with transaction():
        changed = actions.set_days(actor, {person.id: wanted})
    flash(_("已保存，%(n)s 天有变化。", n=changed), "ok")
    return redirect(url_for(".roster_person", employee_no=employee_no, month=f"{first:%Y-%m}"))


@bp.post("/roster/import")
@requires(Permission.ROSTER_EDIT)
def roster_preview() -> str | tuple[str, int]:
    """Show what the file would do; nothing is changed."""
    actor = current_actor()
    month = months.asked_month(request.form.get("month", ""))
    try:
        data = uploads.uploaded()
        plan = staff.plan_roster(actor, data, month)
    except DomainError as error:
        return _page(file_error=say(error.message)), error.status
    return render_template(
        "lms/accounts/roster_import.html",
        plan=plan,
        key=uploads.keep(actor, data),
        digest=fingerprint(plan),
        month=f"{month:%Y-%m}",
    )


@bp.post("/roster/import/apply")
@requires(Permission.ROSTER_EDIT)
def roster_apply() -> Response | tuple[str, int]:
    actor, key = current_actor(), request.form.get("key", "")
    month, partly = months.asked_month(request.form.get("month", "")), "partly" in request.form
    try:
        data = uploads.kept(actor, key)
        with transaction():
            plan = staff.apply_roster(actor, data, request.form.get("digest", ""), month, partly=partly)
    except DomainError as error:
        return _page(file_error=say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已导入 %(people)s 人的 %(n)s 天排班。", people=plan.people, n=len(plan.changed)), "ok")
    return redirect(url_for(".roster"))
