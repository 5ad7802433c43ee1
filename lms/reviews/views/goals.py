"""目标: one's own and the team's, setting one, showing how far it is, closing it."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.kinds import kind_of
from lms.content.queries import Card
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.quarters import last_day, quarter_of
from lms.reviews.actions import goals as acts
from lms.reviews.cycle_forms import GoalForm
from lms.reviews.queries import goals as reading
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/goals")
@requires(Permission.APPRAISAL_READ)
def goals() -> str:
    """Show one's own goals and those of the people one looks after."""
    actor = current_actor()
    looks_after = allows(actor, Permission.APPRAISAL_WRITE) or allows(actor, Permission.APPRAISAL_EDIT)
    return render_template(
        "lms/reviews/goals.html",
        own=reading.own(actor),
        others=reading.of_others(actor) if looks_after else [],
        looks_after=looks_after,
        day=today(),
    )


@bp.get("/goals/new")
@requires(Permission.APPRAISAL_READ)
def new_goal() -> str:
    quarter = quarter_of(today())
    usual = {"period": quarter, "due_on": last_day(quarter), "person": request.args.get("person", "")[:40]}
    return _form_page(_form(usual))


@bp.post("/goals/new")
@requires(Permission.APPRAISAL_READ)
def make_goal() -> Response | tuple[str, int]:
    form = _form()
    if not form.validate():
        return _form_page(form), 422
    try:
        with transaction():
            public_id = acts.set_goal(current_actor(), form.wanted())
    except DomainError as refused:
        form.take(refused)
        return _form_page(form), refused.status
    flash(_("目标已保存。"), "ok")
    return redirect(url_for(".goal", goal_id=public_id), 303)


@bp.get("/goals/<goal_id>")
@requires(Permission.APPRAISAL_READ)
def goal(goal_id: str) -> str:
    """Show a goal with what shows how far it is reached."""
    return _page(goal_id)


@bp.post("/goals/<goal_id>/evidence")
@requires(Permission.APPRAISAL_READ)
def show_goal(goal_id: str) -> Response | tuple[str, int]:
    """Add what shows how far it is reached."""
    try:
        with transaction():
            acts.show(current_actor(), goal_id, request.form.get("note", ""), request.form.get("link", ""))
    except DomainError as refused:
        return _refused(goal_id, refused)
    flash(_("佐证已加上。"), "ok")
    return redirect(url_for(".goal", goal_id=goal_id), 303)


@bp.post("/goals/<goal_id>/end")
@requires(Permission.APPRAISAL_READ)
def end_goal(goal_id: str) -> Response | tuple[str, int]:
    """Say whether it was reached, or give it up."""
    try:
        with transaction():
            acts.end(current_actor(), goal_id, request.form.get("state", ""), request.form.get("result", ""))
    except DomainError as refused:
        return _refused(goal_id, refused)
    flash(_("目标已结束。"), "ok")
    return redirect(url_for(".goal", goal_id=goal_id), 303)


def way_to(card: Card) -> str:
    """Return where a document is opened, "" where nobody opens it."""
    endpoint = kind_of(card.kind).open_endpoint
    return url_for(endpoint, slug=card.slug) if endpoint else ""


def _refused(goal_id: str, refused: DomainError) -> tuple[str, int]:
    if refused.status in (403, 404):
        raise refused
    return _page(goal_id, refused), refused.status


def _page(goal_id: str, refused: DomainError | None = None) -> str:
    actor = current_actor()
    row = reading.goal(actor, goal_id)
    return render_template(
        "lms/reviews/goal.html",
        row=row,
        evidence=reading.evidence(row.id),
        is_own=row.person_id == actor.id,
        may_end=acts.may_end(actor, row.person_id),
        way_to=way_to,
        day=today(),
        errors={key: say(reason) for key, reason in refused.fields.items()} if refused else {},
        error=say(refused.message) if refused else "",
        typed=request.form if refused else {},
    )


def _form(values: dict[str, object] | None = None) -> GoalForm:
    actor = current_actor()
    return GoalForm(
        formdata=None if values is not None else request.form,
        people=reading.people(actor),
        trainings=reading.trainings(actor),
        **(values or {}),
    )


def _form_page(form: GoalForm) -> str:
    return render_template("lms/reviews/goal_form.html", form=form)
