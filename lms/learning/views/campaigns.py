"""大促备战: campaigns, what each asks, who is ready for it and since when."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import teams_within
from lms.assignments.jobs.ruling import recompute
from lms.core.access import Actor, Permission, Scope, allows, scopes
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, ngettext, say
from lms.learning.actions import campaigns as acts
from lms.learning.campaign_forms import CampaignForm
from lms.learning.queries import campaigns as reading
from lms.learning.queries.campaigns import Row
from lms.learning.rules.campaigns import State, by_day, open_by_part, readiness
from lms.learning.views.queues import kept_for
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import columns

USUAL_LEAD = timedelta(days=14)
USUAL_LENGTH = timedelta(days=3)

AT_ONCE = 200
"""People whom a request gives something itself; more of them the worker sees to."""


def overseer() -> Actor:
    """Return who asks, if they see how others stand. Raises NotFound for everybody else."""
    actor = current_actor()
    if not scopes(actor, Permission.REPORT_READ) & {Scope.ALL, Scope.TEAM}:
        raise NotFound()
    return actor


@bp.get("/campaigns")
@requires(Permission.REPORT_READ)
def campaigns() -> str:
    """Show what is prepared, what runs and what is over."""
    actor = overseer()
    found = reading.campaigns(actor, today())
    counts = reading.ready_counts(actor, [row.id for row in found if row.state is not State.DRAFT])
    return render_template(
        "lms/learning/campaigns.html",
        groups=[
            (state, [row for row in found if row.state is state])
            for state in (State.RUNNING, State.PREPARING, State.DRAFT, State.OVER)
        ],
        rows=found,
        counts=counts,
        may_edit=allows(actor, Permission.CAMPAIGN_EDIT),
    )


@bp.get("/campaigns/new")
@requires(Permission.CAMPAIGN_EDIT)
def new_campaign() -> str:
    start = today() + USUAL_LEAD
    usual = {"starts_on": start, "ends_on": start + USUAL_LENGTH, "ready_on": start - timedelta(days=1)}
    return _form_page(_form(current_actor(), usual))


@bp.post("/campaigns/new")
@requires(Permission.CAMPAIGN_EDIT)
def make_campaign() -> Response | tuple[str, int]:
    actor = current_actor()
    form = _form(actor)
    if not form.validate():
        return _form_page(form), 422
    try:
        with transaction():
            public_id = acts.draft(actor, form.wanted()).public_id
    except DomainError as refused:
        form.take(refused)
        return _form_page(form), refused.status
    flash(_("草稿已保存。看一遍，再派发。"), "ok")
    return redirect(url_for(".campaign", campaign_id=public_id), 303)


@bp.get("/campaigns/<campaign_id>")
@requires(Permission.REPORT_READ)
def campaign(campaign_id: str) -> str:
    """Show a draft with whom it would reach, or how far everybody is, by day, by part and by person."""
    actor = overseer()
    row = reading.campaign(actor, campaign_id, today())
    parts = reading.parts(row.id)
    manages = allows(actor, Permission.CAMPAIGN_EDIT) and acts.may_prepare(actor, row.team_id)
    common: dict[str, Any] = {
        "row": row,
        "parts": parts,
        "queues": reading.queue_names(row.queues),
        "manages": manages,
    }
    if row.state is State.DRAFT:
        reached = reading.in_teams(row.team_id)
        return render_template("lms/learning/campaign_draft.html", reached=reached, **common)
    everybody = reading.people(actor, row.id)
    members = [who.member for who in everybody]
    begins = row.started_on or row.ready_on
    days = by_day(members, begins, max(begins, min(today(), row.ends_on)))
    ready = readiness(members, row.needed)
    top = max(ready.people, row.needed or 0, 1)
    show = request.args.get("show", "missing" if row.state is not State.OVER else "all")
    listed = [who for who in everybody if show == "all" or not who.member.is_ready]
    return render_template(
        "lms/learning/campaign.html",
        ready=ready,
        days=days,
        bars=columns([each.ready for each in days], width=640, height=140, most=top),
        need_y=round(140 - 140 * row.needed / top, 1) if row.needed else None,
        top=top,
        open_by_part=open_by_part(members),
        teams=[
            (team, readiness([who.member for who in group], None))
            for team, group in ((name, list(found)) for name, found in groupby(everybody, key=lambda who: who.team))
        ],
        people=listed,
        everybody=len(everybody),
        gone=sum(who.leaving_on is not None and who.leaving_on < row.ends_on for who in everybody),
        days_left=max(0, (row.ends_on - today()).days),
        show=show,
        **common,
    )


@bp.get("/campaigns/<campaign_id>/edit")
@requires(Permission.CAMPAIGN_EDIT)
def edit_campaign(campaign_id: str) -> str:
    actor, row = managed(campaign_id)
    return _form_page(_form(actor, _values(row)), row)


@bp.post("/campaigns/<campaign_id>/edit")
@requires(Permission.CAMPAIGN_EDIT)
def change_campaign(campaign_id: str) -> Response | tuple[str, int]:
    actor, row = managed(campaign_id)
    form = _form(actor)
    if row.state is not State.DRAFT:  # what can't change any more is not asked, so it is taken from what stands
        form.team.data = str(row.team_id)
        form.starts_on.data, form.ready_on.data = row.starts_on, row.ready_on
    if not form.validate():
        return _form_page(form, row), 422
    try:
        with transaction():
            acts.change(actor, campaign_id, form.wanted())
    except DomainError as refused:
        form.take(refused)
        return _form_page(form, row), refused.status
    flash(_("已保存。"), "ok")
    return redirect(url_for(".campaign", campaign_id=campaign_id), 303)


@bp.post("/campaigns/<campaign_id>/start")
@requires(Permission.CAMPAIGN_EDIT)
def start_campaign(campaign_id: str) -> Response:
    """Give it out to the people who were shown; a large company gets it within the next minutes."""
    actor, row = managed(campaign_id)
    try:
        people = give_out(actor, row)
    except DomainError as refused:
        flash(say(refused.message), "error")
        return redirect(url_for(".campaign", campaign_id=campaign_id), 303)
    if people <= AT_ONCE:
        flash(ngettext("已派发，%(n)s 人收到。", "已派发，%(n)s 人收到。", people) % {"n": people}, "ok")
    else:
        flash(_("已派发，%(n)s 人在一两分钟内陆续收到。", n=people), "ok")
    return redirect(url_for(".campaign", campaign_id=campaign_id), 303)


def give_out(actor: Actor, row: Row) -> int:
    """Give a draft out; return how many people there are. To more than AT_ONCE the worker gives it."""
    with transaction():
        rules = acts.start(actor, row.public_id)
    kept_for(row.queues)
    people = sum(count for _team, count in reading.in_teams(row.team_id))
    if people <= AT_ONCE:
        recompute(rules)
    return people


@bp.get("/campaigns/<campaign_id>/stop")
@requires(Permission.CAMPAIGN_EDIT)
def ask_stop_campaign(campaign_id: str) -> str:
    """Say what ending it, or throwing the draft away, means."""
    actor, row = managed(campaign_id)
    members = [who.member for who in reading.people(actor, row.id)]
    return render_template(
        "lms/learning/campaign_stop.html",
        row=row,
        ready=readiness(members, row.needed),
        queues=reading.queue_names(row.queues),
    )


@bp.post("/campaigns/<campaign_id>/stop")
@requires(Permission.CAMPAIGN_EDIT)
def stop_campaign(campaign_id: str) -> Response:
    actor, row = managed(campaign_id)
    if row.state is State.DRAFT:
        with transaction():
            acts.discard(actor, campaign_id)
        flash(_("草稿已删除。"), "ok")
        return redirect(url_for(".campaigns"), 303)
    end(actor, row)
    flash(_("活动包已结束，没学完的人不再需要学。"), "ok")
    return redirect(url_for(".campaign", campaign_id=campaign_id), 303)


def end(actor: Actor, row: Row) -> None:
    """End a campaign that runs; of more than AT_ONCE people the worker takes it."""
    with transaction():
        rules = acts.stop(actor, row.public_id)
    kept_for(row.queues)
    if len(reading.people(actor, row.id)) <= AT_ONCE:
        recompute(rules)


def managed(campaign_id: str) -> tuple[Actor, Row]:
    """Return who asks, and a campaign that they may change. Raises NotFound."""
    actor = current_actor()
    row = reading.campaign(actor, campaign_id, today())
    if not acts.may_prepare(actor, row.team_id):
        raise NotFound()
    return actor, row


def _form(actor: Actor, values: dict[str, Any] | None = None) -> CampaignForm:
    return CampaignForm(
        formdata=None if values is not None else request.form,
        teams=teams_within(actor, Permission.CAMPAIGN_EDIT),
        documents=reading.offered(actor),
        open_queues=reading.open_queues(),
        **(values or {}),
    )


def _values(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "team": str(row.team_id),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "ready_on": row.ready_on,
        "needed": row.needed,
        "parts": [part.document_id for part in reading.parts(row.id)],
        "queues": list(row.queues),
    }


def _form_page(form: CampaignForm, row: Row | None = None) -> str:
    return render_template(
        "lms/learning/campaign_form.html",
        form=form,
        row=row,
        began=row is not None and row.state is not State.DRAFT,
    )
