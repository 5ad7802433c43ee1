"""复盘 of a team drill with its measures, and the measures over all of them."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.assignments import measures as reading_measures
from lms.assignments.actions import measures as measuring
from lms.assignments.measures import MeasureRow
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Forbidden
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.texts import Text, text
from lms.drills.actions.after import Written, WrittenMeanwhile, save_review
from lms.drills.blueprint import bp
from lms.drills.queries import team as reading
from lms.drills.queries.after import Source, review_of, sources
from lms.drills.queries.oversight import oversees
from lms.drills.queries.team import Row
from lms.drills.queries.team_choices import owners
from lms.drills.queries.team_result import scores_alone
from lms.drills.rules.team import about_of, team_drill_of
from lms.drills.rules.team_result import compared, dimensions_of, group
from lms.drills.team_forms import MeasureForm, ReviewForm
from lms.drills.views.team_drills import overseer
from lms.drills.views.team_result import around, change, shown
from lms.web.auth import current_actor, requires, safe_next

SETTLED_SHOWN = 50
STATES: dict[str, Text] = {
    "open": text("未完成"),
    "late": text("逾期"),
    "done": text("已完成"),
    "check": text("待复查"),
    "worked": text("起作用了"),
    "not_worked": text("没起作用"),
    "dropped": text("已取消"),
}


@bp.get("/team-drills/<drill_id>/review")
@requires(Permission.DRILL_RESULTS)
def after_review(drill_id: str) -> str:
    actor = overseer()
    return _page(actor, reading.team_drill(actor, drill_id, clock.now()))


@bp.post("/team-drills/<drill_id>/review")
@requires(Permission.DRILL_SCHEDULE)
def save_after_review(drill_id: str) -> Response | tuple[str, int]:
    """Save the text; where somebody else was quicker, show both versions and lose neither."""
    actor = current_actor()
    row = reading.team_drill(actor, drill_id, clock.now())
    if not reading.manages(actor, reading.teams_of(row.id)):
        raise Forbidden(text("这次演练还有别的团队参加，由安排的人写复盘。"))
    form = ReviewForm()
    if not form.validate():
        return _page(actor, row, form), 422
    written = Written(
        went_well=form.went_well.data or "",
        went_badly=form.went_badly.data or "",
        causes=form.causes.data or "",
        version=form.version.data,
    )
    try:
        with transaction():
            save_review(actor, row.id, written)
    except WrittenMeanwhile as clash:
        form.take(clash)
        return _page(actor, row, form, clash=True), 409
    except DomainError as refused:
        form.take(refused)
        return _page(actor, row, form), refused.status
    flash(_("已保存复盘。"), "ok")
    return redirect(url_for(".after_review", drill_id=drill_id), 303)


@bp.post("/team-drills/<drill_id>/measures")
@requires(Permission.DRILL_SCHEDULE)
def add_measure(drill_id: str) -> Response | tuple[str, int]:
    """Give somebody something to do so that it does not happen again."""
    actor = current_actor()
    row = reading.team_drill(actor, drill_id, clock.now())
    form = MeasureForm(owners=owners(actor))
    if not form.validate():
        return _page(actor, row, measure_form=form), 422
    try:
        with transaction():
            measuring.add_measure(
                actor,
                about_of(row.id),
                form.what.data,
                int(form.owner.data),
                due_on=form.due_on.data,
                check_on=form.check_on.data,
            )
    except DomainError as refused:
        form.take(refused)
        return _page(actor, row, measure_form=form), refused.status
    flash(_("已加上措施，并通知负责人。"), "ok")
    return redirect(url_for(".after_review", drill_id=drill_id, _anchor="measures"), 303)


@bp.get("/measures")
@requires(Permission.LEARN)
def measures() -> str:
    """Show what one has to do and to check, and what is open of those whom one answers for."""
    actor = current_actor()
    day = today()
    own = reading_measures.own_measures(actor.id, day)
    to_check = reading_measures.measures_to_check(actor, day)
    listed = {each.public_id for each in own}
    others = [each for each in reading_measures.open_measures(actor, day) if each.public_id not in listed]
    checked = {each.public_id for each in to_check}
    past = [
        each for each in reading_measures.settled_measures(actor, day, SETTLED_SHOWN) if each.public_id not in checked
    ]
    every = [*own, *to_check, *others, *past]
    return render_template(
        "lms/drills/measures.html",
        own=own,
        to_check=to_check,
        others=others,
        past=past,
        sources=_sources(every),
        sees_drills=oversees(actor),
        **_around_measures(actor, every),
    )


@bp.post("/measures/<measure_id>/done")
@requires(Permission.LEARN)
def finish_measure(measure_id: str) -> Response:
    note = request.form.get("note", "")
    return _act(lambda actor: measuring.finish_measure(actor, measure_id, note), _("已记为完成。"))


@bp.post("/measures/<measure_id>/check")
@requires(Permission.LEARN)
def check_measure(measure_id: str) -> Response:
    def act(actor: Actor) -> None:
        measuring.check_measure(actor, measure_id, request.form.get("verdict", ""), request.form.get("note", ""))

    return _act(act, _("已记下复查结果。"))


@bp.post("/measures/<measure_id>/drop")
@requires(Permission.LEARN)
def drop_measure(measure_id: str) -> Response:
    return _act(lambda actor: measuring.drop_measure(actor, measure_id), _("已取消这条措施。"))


def _act(act: Callable[[Actor], None], done: str) -> Response:
    """Do something with a measure and go back to where it was pressed."""
    try:
        with transaction():
            act(current_actor())
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "bad")
    else:
        flash(done, "ok")
    back = safe_next(request.form.get("next", ""))
    return redirect(back or url_for(".measures"), 303)


def _page(
    actor: Actor,
    row: Row,
    form: ReviewForm | None = None,
    measure_form: MeasureForm | None = None,
    *,
    clash: bool = False,
) -> str:
    """Show the review. clash: somebody saved another version meanwhile, which stands beside what was written."""
    lines = scores_alone(actor, row.id)
    names = dimensions_of(lines)
    stands = review_of(row.id)
    found = reading_measures.measures_about(about_of(row.id), today())
    context = around(actor, row)
    form = form or ReviewForm(
        formdata=None,
        data={
            "went_well": stands.went_well,
            "went_badly": stands.went_badly,
            "causes": stands.causes,
            "version": stands.version,
        },
    )
    if clash:
        form.version.data = stands.version
        form.version.raw_data = None
    return render_template(
        "lms/drills/after_review.html",
        row=row,
        form=form,
        stands=stands,
        clash=clash,
        measure_form=measure_form
        or (MeasureForm(formdata=None, owners=owners(actor)) if context["may_plan"] else None),
        measures=found,
        names=names,
        whole=group(lines, names),
        comparison=compared(lines, scores_alone(actor, row.previous)) if row.previous else None,
        shown=shown,
        change=change,
        here=url_for(".after_review", drill_id=row.public_id, _anchor="measures"),
        **_around_measures(actor, found),
        **context,
    )


def _around_measures(actor: Actor, found: Sequence[MeasureRow]) -> dict[str, Any]:
    return {
        "states": STATES,
        "answers_for": reading_measures.answers_for(actor, found) if found else frozenset(),
        "me": actor.id,
    }


def _sources(found: Sequence[MeasureRow]) -> dict[str, Source]:
    """Return the team drills from which these measures came, by how the measures name them."""
    ids = {number for each in found if (number := team_drill_of(each.about)) is not None}
    return {about_of(each.id): each for each in sources(sorted(ids)).values()}
