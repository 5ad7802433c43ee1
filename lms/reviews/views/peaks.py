"""大促复盘: the list, one review with its findings and measures, the paragraph to forward."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.assignments import measures as reading_measures
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import today
from lms.core.i18n import _, current_locale, say
from lms.core.texts import Text, text
from lms.performance.queries.figures import metrics
from lms.reviews.actions import peaks as acts
from lms.reviews.peak_forms import FindingForm, PeakForm, PeakMeasureForm
from lms.reviews.queries import peaks as reading
from lms.reviews.queries import targets
from lms.reviews.queries.peaks import Row, Whole
from lms.reviews.rules.peaks import USUAL_DAYS, paragraph
from lms.reviews.rules.targets import shown
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires

USUAL_LOOK = timedelta(days=30)
STATES: dict[str, Text] = {
    "open": text("未完成"),
    "late": text("逾期"),
    "done": text("已完成"),
    "check": text("待复查"),
    "worked": text("起作用了"),
    "not_worked": text("没起作用"),
    "dropped": text("已取消"),
}


@bp.get("/peak-reviews", endpoint="peak_reviews")
@requires(Permission.TARGET_READ)
def peak_reviews() -> str:
    actor = current_actor()
    return render_template(
        "lms/reviews/peaks.html",
        rows=reading.reviews(actor),
        may_edit=bool(targets.teams(actor, Permission.TARGET_EDIT)) and allows(actor, Permission.TARGET_EDIT),
    )


@bp.get("/peak-reviews/new")
@requires(Permission.TARGET_EDIT)
def new_peak_review() -> str:
    last = today() - timedelta(days=1)
    values = {"starts_on": last - timedelta(days=10), "ends_on": last, "look_on": last + USUAL_LOOK}
    return _form_page(_form(current_actor(), values))


@bp.post("/peak-reviews/new")
@requires(Permission.TARGET_EDIT)
def make_peak_review() -> Response | tuple[str, int]:
    actor = current_actor()
    form = _form(actor)
    if not form.validate():
        return _form_page(form), 422
    try:
        with transaction():
            name = acts.make(actor, form.wanted())
    except DomainError as refused:
        form.take(refused)
        return _form_page(form), refused.status
    flash(_("已建好。下面写出了什么问题。"), "ok")
    return redirect(url_for(".peak_review", peak_id=name), 303)


@bp.get("/peak-reviews/<peak_id>")
@requires(Permission.TARGET_READ)
def peak_review(peak_id: str) -> str:
    """Show the figures of the peak, what went wrong, what is done about it and what it brought."""
    actor = current_actor()
    return _page(actor, reading.review(actor, peak_id))


@bp.get("/peak-reviews/<peak_id>/edit")
@requires(Permission.TARGET_EDIT)
def edit_peak_review(peak_id: str) -> str:
    actor = current_actor()
    row = reading.review(actor, peak_id, Permission.TARGET_EDIT)
    values = {
        "name": row.name,
        "team": str(row.team_id),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "look_on": row.look_on,
        "campaign": str(row.campaign_id or ""),
        "version": str(row.version),
    }
    return _form_page(_form(actor, values), row)


@bp.post("/peak-reviews/<peak_id>/edit")
@requires(Permission.TARGET_EDIT)
def change_peak_review(peak_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    row = reading.review(actor, peak_id, Permission.TARGET_EDIT)
    form = _form(actor)
    if not form.validate():
        return _form_page(form, row), 422
    try:
        with transaction():
            acts.change(actor, peak_id, form.wanted())
    except DomainError as refused:
        form.take(refused)
        return _form_page(form, row), refused.status
    flash(_("已保存。"), "ok")
    return redirect(url_for(".peak_review", peak_id=peak_id), 303)


@bp.post("/peak-reviews/<peak_id>/state")
@requires(Permission.TARGET_EDIT)
def close_peak_review(peak_id: str) -> Response:
    """Close a review, or open it again; what was written stays either way."""
    actor = current_actor()
    is_closing = request.form.get("do") != "reopen"
    with transaction():
        (acts.close if is_closing else acts.reopen)(actor, peak_id)
    flash(_("复盘已结束，措施照常跟到底。") if is_closing else _("已重新打开。"), "ok")
    return redirect(url_for(".peak_review", peak_id=peak_id), 303)


@bp.post("/peak-reviews/<peak_id>/findings")
@requires(Permission.TARGET_EDIT)
def add_peak_finding(peak_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    row = reading.review(actor, peak_id, Permission.TARGET_EDIT)
    form = FindingForm()
    if not form.validate():
        return _page(actor, row, finding_form=form), 422
    try:
        with transaction():
            acts.add_finding(actor, peak_id, form.found())
    except DomainError as refused:
        form.take(refused)
        return _page(actor, row, finding_form=form), refused.status
    flash(_("已记下问题。"), "ok")
    return redirect(url_for(".peak_review", peak_id=peak_id, _anchor="findings"), 303)


@bp.post("/peak-reviews/<peak_id>/findings/<peak_finding>")
@requires(Permission.TARGET_EDIT)
def change_peak_finding(peak_id: str, peak_finding: str) -> Response | tuple[str, int]:
    """Change a finding, or take it away; its measures stay."""
    actor = current_actor()
    row = reading.review(actor, peak_id, Permission.TARGET_EDIT)
    form = FindingForm()
    is_dropping = request.form.get("do") == "drop"
    if not is_dropping and not form.validate():
        return _page(actor, row, finding_form=form, changing=peak_finding), 422
    try:
        with transaction():
            if is_dropping:
                acts.drop_finding(actor, peak_id, peak_finding)
            else:
                acts.change_finding(actor, peak_id, peak_finding, form.found())
    except DomainError as refused:
        if refused.status == 404:
            raise
        form.take(refused)
        return _page(actor, row, finding_form=form, changing=peak_finding), refused.status
    flash(_("已去掉这个问题，它的措施还在。") if is_dropping else _("已保存。"), "ok")
    return redirect(url_for(".peak_review", peak_id=peak_id, _anchor="findings"), 303)


@bp.post("/peak-reviews/<peak_id>/measures")
@requires(Permission.TARGET_EDIT)
def add_peak_measure(peak_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    row = reading.review(actor, peak_id, Permission.TARGET_EDIT)
    form = _measure_form(actor, reading.whole(row))
    if not form.validate():
        return _page(actor, row, measure_form=form), 422
    try:
        with transaction():
            acts.add_measure(actor, peak_id, form.asked())
    except DomainError as refused:
        form.take(refused)
        return _page(actor, row, measure_form=form), refused.status
    flash(_("已加上措施，并通知负责人。"), "ok")
    return redirect(url_for(".peak_review", peak_id=peak_id, _anchor="measures"), 303)


def said(found: Whole) -> str:
    """Return the paragraph to forward, in the reader's language."""
    sentences = paragraph(
        found.row.name,
        (found.row.starts_on, found.row.ends_on),
        found.figures,
        [(each.title, each.from_on, each.until_on) for each in found.findings],
        found.counted,
    )
    return (" " if current_locale() == "en" else "").join(say(each) for each in sentences)


def percent(change: float) -> str:
    """Return a change as a share of a hundred with its sign, "+58%"; "0%" for hardly any."""
    whole = round(100 * change)
    return f"{'−' if whole < 0 else '+' if whole else ''}{abs(whole)}%"


def _page(
    actor: Actor,
    row: Row,
    *,
    finding_form: FindingForm | None = None,
    measure_form: PeakMeasureForm | None = None,
    changing: str = "",
) -> str:
    """Show a review. finding_form, measure_form: as they were refused; changing: the finding whose form that is."""
    found = reading.whole(row)
    edits = reading.may_edit(actor, row) and row.state == "open"
    measures = [each.measure for each in found.measures]
    return render_template(
        "lms/reviews/peak.html",
        row=row,
        found=found,
        said=said(found),
        edits=edits,
        may_edit=reading.may_edit(actor, row),
        campaign=reading.campaign_of(row),
        finding_form=None if changing else finding_form or (_finding_form(row) if edits else None),
        changed_form=finding_form if changing else None,
        changing=changing,
        measure_form=measure_form or (_measure_form(actor, found, empty=True) if edits else None),
        usual_days=USUAL_DAYS,
        shown=shown,
        percent=percent,
        states=STATES,
        answers_for=reading_measures.answers_for(actor, measures) if measures else frozenset(),
        me=actor.id,
        here=url_for(".peak_review", peak_id=row.public_id, _anchor="measures"),
        finding_of={each.id: each.title for each in found.findings},
    )


def _finding_form(row: Row) -> FindingForm:
    return FindingForm(formdata=None, data={"from_on": row.starts_on, "until_on": row.ends_on})


def _measure_form(actor: Actor, found: Whole, *, empty: bool = False) -> PeakMeasureForm:
    more: dict[str, Any] = {}
    if empty:
        more = {"formdata": None, "data": {"check_on": found.row.look_on, "metric": "first_response"}}
    return PeakMeasureForm(
        owners=reading.owners(actor, found.row.team_id), findings=found.findings, known=metrics().values(), **more
    )


def _form(actor: Actor, values: dict[str, Any] | None = None) -> PeakForm:
    more: dict[str, Any] = {} if values is None else {"formdata": None, "data": values}
    return PeakForm(teams=targets.teams(actor, Permission.TARGET_EDIT), campaigns=reading.campaigns(actor), **more)


def _form_page(form: PeakForm, row: Row | None = None) -> str:
    return render_template("lms/reviews/peak_form.html", form=form, row=row)
