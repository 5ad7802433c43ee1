"""Rosters: weekly patterns, the month of one person, import of single days."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions, queries
from lms.accounts.actions import staff
from lms.accounts.forms import PatternForm
from lms.accounts.rules.roster_file import COLUMNS
from lms.accounts.views import uploads
from lms.accounts.views.blueprint import bp
from lms.core.access import Actor, Permission
from lms.core.calendar import MONDAY_TO_FRIDAY, working_days, works_by_pattern
from lms.core.db import transaction
from lms.core.errors import DomainError, Forbidden, Invalid, NotFound
from lms.core.here import today
from lms.core.i18n import _, gettext, say
from lms.core.texts import text
from lms.web.auth import current_actor, requires

FIRST_YEAR, LAST_YEAR = 1970, 2100


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
        "columns": COLUMNS,
    }
    return render_template("lms/accounts/roster.html", **(context | more))


def _weekdays() -> int:
    """Return the ticked boxes as one number, bit 0 = Monday."""
    return sum(1 << int(day) for day in set(request.form.getlist("weekday")) if day in "0123456" and len(day) == 1)


@bp.get("/roster")
@requires(Permission.ROSTER_EDIT)
def roster() -> str | Response:
    number = request.args.get("person", "").strip()
    if number:
        found = queries.active_by_no(number)
        if found and found.id in queries.seen(current_actor(), Permission.ROSTER_EDIT, [found.id]):
            return redirect(url_for(".roster_person", employee_no=found.employee_no))
        return _page(person_error=gettext("没有找到这个工号。"), person_typed=number)
    return _page()


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
    if request.form.get("do") == "preview":
        days = working_days(form.from_on.data, 10, lambda day: works_by_pattern(weekdays, day))
        return _page(form, preview=days, ticked=weekdays)
    try:
        with transaction():
            actions.set_pattern(
                actor,
                _owner(actor),
                weekdays=weekdays,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
            )
    except Invalid as error:
        form.take(error)
        reasons = {name: say(reason) for name, reason in error.fields.items()}
        return _page(form, ticked=weekdays, reasons=reasons), error.status
    flash(gettext("周排班已保存，相关人的到期日会重新计算。"), "ok")
    return redirect(url_for(".roster"))


@bp.post("/roster/patterns/<int:pattern_id>/stop")
@requires(Permission.ROSTER_EDIT)
def roster_stop(pattern_id: int) -> Response:
    actor = current_actor()
    if pattern_id not in {pattern.id for pattern in queries.patterns(actor)}:
        raise NotFound()
    with transaction():
        actions.stop_pattern(actor, pattern_id)
    flash(gettext("周排班已停用。"), "ok")
    return redirect(url_for(".roster"))


def _month(asked: str) -> date:
    """Return the first day of the month asked for as 2026-11, else of the present one."""
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return today().replace(day=1)
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else today().replace(day=1)


@bp.get("/roster/<employee_no>")
@requires(Permission.ROSTER_EDIT)
def roster_person(employee_no: str) -> str:
    """Show one month of one person: what the pattern says and the single days that differ."""
    person = queries.person_by_no(current_actor(), employee_no, Permission.ROSTER_EDIT)
    first = _month(request.args.get("month", ""))
    found = queries.roster_of(person.id)
    by_pattern = replace(found, days={})
    after = (first + timedelta(days=32)).replace(day=1)
    days = [first + timedelta(days=offset) for offset in range((after - first).days)]
    return render_template(
        "lms/accounts/roster_person.html",
        person=person,
        first=first,
        before=(first - timedelta(days=1)).replace(day=1),
        after=after,
        days=[{"day": day, "works": found(day), "single": found(day) != by_pattern(day)} for day in days],
        blanks=first.weekday(),
        source=found.source(max(first, min(today(), days[-1]))),
        next_days=working_days(today(), 10, found),
    )


@bp.post("/roster/<employee_no>")
@requires(Permission.ROSTER_EDIT)
def roster_person_set(employee_no: str) -> Response:
    """Keep the ticked days of the month; those that agree with the pattern need no row of their own."""
    actor = current_actor()
    person = queries.person_by_no(actor, employee_no, Permission.ROSTER_EDIT)
    first = _month(request.form.get("month", ""))
    after = (first + timedelta(days=32)).replace(day=1)
    ticked = set(request.form.getlist("day"))
    by_pattern = replace(queries.roster_of(person.id), days={})
    days = [first + timedelta(days=offset) for offset in range((after - first).days)]
    wanted = {
        day: None if (day.isoformat() in ticked) == by_pattern(day) else day.isoformat() in ticked for day in days
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
    try:
        data = uploads.uploaded()
        plan = staff.plan_roster(actor, data)
    except DomainError as error:
        return _page(file_error=say(error.message)), error.status
    return render_template(
        "lms/accounts/roster_import.html", plan=plan, key=uploads.keep(actor, data), digest=staff.digest(plan)
    )


@bp.post("/roster/import/apply")
@requires(Permission.ROSTER_EDIT)
def roster_apply() -> Response | tuple[str, int]:
    actor, key = current_actor(), request.form.get("key", "")
    try:
        data = uploads.kept(actor, key)
        with transaction():
            plan = staff.apply_roster(actor, data, shown=request.form.get("digest", ""))
    except DomainError as error:
        return _page(file_error=say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已导入 %(people)s 人的 %(n)s 天排班。", people=plan.people, n=len(plan.changed)), "ok")
    return redirect(url_for(".roster"))
