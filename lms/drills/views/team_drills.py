"""实战演练: the list, making and changing one with its preview, calling it off, letting somebody off."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import person_by_no, teams_within
from lms.core import clock
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.i18n import _, ngettext, say
from lms.drills import jobs
from lms.drills.actions import team as acts
from lms.drills.blueprint import bp
from lms.drills.queries import team as reading
from lms.drills.queries.oversight import oversees
from lms.drills.queries.team import Row
from lms.drills.queries.team_choices import choosable_drills
from lms.drills.rules.team import INCIDENTS, MONTHLY, Incident, Part, Planned, State
from lms.drills.team_forms import NONE, TeamDrillForm
from lms.drills.team_words import window
from lms.web.auth import current_actor, requires
from lms.web.forms import as_local

USUAL = timedelta(hours=2)


def overseer() -> Actor:
    """Return who asks, if they see the runs of others. Raises NotFound for everybody else."""
    actor = current_actor()
    if not oversees(actor):
        raise NotFound()
    return actor


@bp.get("/team-drills")
@requires(Permission.DRILL_RESULTS)
def team_drills() -> str | Response:
    """Show what is planned, what runs and what is over; who sees only own runs finds them in the room of the drills."""
    actor = current_actor()
    if not oversees(actor):
        return redirect(url_for(".index"))
    found = reading.team_drills(actor, clock.now())
    return render_template(
        "lms/drills/team_drills.html",
        running=[each for each in found if each.state is State.RUNNING],
        planned=[each for each in reversed(found) if each.state is State.PLANNED],
        past=[each for each in found if each.state in (State.OVER, State.CANCELLED)],
        incidents=INCIDENTS,
        may_plan=allows(actor, Permission.DRILL_SCHEDULE),
        window=window,
    )


@bp.get("/team-drills/new")
@requires(Permission.DRILL_SCHEDULE)
def new_team_drill() -> str:
    """Show the form for a new one: tomorrow at two. `document`: id of a drill that is chosen already."""
    start = (as_local(clock.now()) or clock.now()) + timedelta(days=1)
    begins = start.replace(hour=14, minute=0)
    usual = {"incident": Incident.OTHER.value, "opens_at": begins, "closes_at": begins + USUAL}
    form = _form(current_actor(), {"document": request.args.get("document"), **usual})
    return _form_page(form)


@bp.post("/team-drills/new")
@requires(Permission.DRILL_SCHEDULE)
def make_team_drill() -> str | Response | tuple[str, int]:
    """Show who would take part; sent again with that number of people it is made."""
    actor = current_actor()
    form = _form(actor)
    if "back" in request.form or not form.validate():
        return _form_page(form), 200 if "back" in request.form else 422
    try:
        planned = acts.preview(actor, form.wanted())
        if form.confirmed.data != _taking(planned):
            return _preview(form, planned)
        with transaction():
            made = acts.make(actor, form.wanted())
            number, name = made.id, made.public_id
    except DomainError as refused:
        form.take(refused)
        return _form_page(form), refused.status
    count = jobs.keep_in_step(number, jobs.AT_ONCE_SECONDS)
    left = _taking(planned) - count
    flash(ngettext("已安排，并通知到 %(n)s 人。", "已安排，并通知到 %(n)s 人。", count) % {"n": count}, "ok")
    if left > 0:
        flash(ngettext("其余 %(n)s 人一分钟内通知到。", "其余 %(n)s 人一分钟内通知到。", left) % {"n": left}, "ok")
    return redirect(url_for(".team_drill", drill_id=name), 303)


@bp.get("/team-drills/<drill_id>/edit")
@requires(Permission.DRILL_SCHEDULE)
def edit_team_drill(drill_id: str) -> str:
    actor = current_actor()
    row = _managed(actor, drill_id)
    return _form_page(_form(actor, _values(row), row), row)


@bp.post("/team-drills/<drill_id>/edit")
@requires(Permission.DRILL_SCHEDULE)
def change_team_drill(drill_id: str) -> str | Response | tuple[str, int]:
    """Show who would take part then; sent again with that number of people it is changed."""
    actor = current_actor()
    row = _managed(actor, drill_id)
    form = _form(actor, None, row)
    if "back" in request.form or not form.validate():
        return _form_page(form, row), 200 if "back" in request.form else 422
    wanted = form.wanted()
    try:
        planned = acts.preview(actor, wanted, row)
        if form.confirmed.data != _taking(planned):
            return _preview(form, planned, row)
        with transaction():
            acts.change(actor, drill_id, wanted)
    except DomainError as refused:
        form.take(refused)
        return _form_page(form, row), refused.status
    jobs.keep_in_step(row.id, jobs.AT_ONCE_SECONDS)
    if (wanted.opens_at, wanted.closes_at) != (row.opens_at, row.closes_at):
        jobs.move_duties(row.id)
    flash(_("已保存。时间改了的话，已通知参加的人。"), "ok")
    return redirect(url_for(".team_drill", drill_id=drill_id), 303)


@bp.get("/team-drills/<drill_id>/cancel")
@requires(Permission.DRILL_SCHEDULE)
def ask_cancel(drill_id: str) -> str:
    """Say what calling it off does."""
    return render_template("lms/drills/team_drill_cancel.html", row=_managed(current_actor(), drill_id), window=window)


@bp.post("/team-drills/<drill_id>/cancel")
@requires(Permission.DRILL_SCHEDULE)
def cancel_team_drill(drill_id: str) -> Response:
    actor = current_actor()
    row = _managed(actor, drill_id)
    try:
        with transaction():
            acts.cancel(actor, drill_id)
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "bad")
        return redirect(url_for(".team_drill", drill_id=drill_id), 303)
    jobs.withdraw_duties(row.id)
    flash(_("已取消，并通知还没完成的人。"), "ok")
    return redirect(url_for(".team_drills"), 303)


@bp.post("/team-drills/<drill_id>/excuse")
@requires(Permission.DRILL_SCHEDULE)
def excuse_person(drill_id: str) -> Response:
    """Let somebody off with a reason; an empty reason lets them take part again."""
    actor = current_actor()
    row = _managed(actor, drill_id)
    reason = request.form.get("reason", "")
    try:
        who = person_by_no(actor, request.form.get("person", ""), Permission.DRILL_SCHEDULE)
        number, name = who.id, who.name or ""
        with transaction():
            acts.excuse(actor, row.public_id, number, reason)
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "bad")
    else:
        flash(_("%(name)s这次不参加。", name=name) if reason.strip() else _("%(name)s重新参加。", name=name), "ok")
    return redirect(url_for(".team_drill", drill_id=drill_id, _anchor="people"), 303)


def _managed(actor: Actor, drill_id: str) -> Row:
    return reading.managed_team_drill(actor, drill_id, clock.now())


def _form(actor: Actor, values: dict[str, Any] | None = None, row: Row | None = None) -> TeamDrillForm:
    """Return the form as posted, or with these values."""
    more: dict[str, Any] = {} if values is None else {"formdata": None, "data": {"on_shift": True, **values}}
    teams = reading.teams_of(row.id) if row else {}
    form = TeamDrillForm(
        drills=choosable_drills(),
        team_rows=teams_within(actor, Permission.DRILL_SCHEDULE),
        before=reading.earlier(row.document_id, row.opens_at, teams, but=row.id) if row else (),
        **more,
    )
    if row is not None:  # the drill itself stays; one that was archived meanwhile is none of the choices
        form.document.data = str(row.document_id)
        form.document.choices = [(str(row.document_id), row.drill_title)]
    return form


def _values(row: Row) -> dict[str, Any]:
    return {
        "document": str(row.document_id),
        "title": row.title,
        "incident": row.incident,
        "teams": [str(each) for each in reading.teams_of(row.id)],
        "on_shift": row.on_shift,
        "opens_at": as_local(row.opens_at),
        "closes_at": as_local(row.closes_at),
        "monthly": row.repeats == MONTHLY,
        "previous": str(row.previous) if row.previous else NONE,
    }


def _form_page(form: TeamDrillForm, row: Row | None = None) -> str:
    return render_template(
        "lms/drills/team_drill_form.html",
        form=form,
        row=row,
        teams=teams_within(current_actor(), Permission.DRILL_SCHEDULE),
        begun=row is not None and row.state is State.RUNNING,
    )


def _preview(form: TeamDrillForm, planned: Sequence[Planned], row: Row | None = None) -> str:
    parts = {part: [each.member for each in planned if each.part is part] for part in Part}
    names = {str(value): label for value, label in form.document.choices}
    return render_template(
        "lms/drills/team_drill_preview.html",
        form=form,
        row=row,
        parts=parts,
        drill_title=names.get(form.document.data, ""),
        incident=INCIDENTS[form.incident.data],
        window=window(form.wanted().opens_at, form.wanted().closes_at),
        idle=[each for each in parts[Part.TAKES] if not each.works],
    )


def _taking(planned: Sequence[Planned]) -> int:
    return sum(each.part is Part.TAKES for each in planned)
