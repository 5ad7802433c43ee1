"""Formulas of the composite score: the versions, one of them, drafting, 谁会变动, publishing, the quarterly review."""

from collections.abc import Mapping
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.here import today
from lms.core.i18n import _, ngettext, say
from lms.core.texts import Text
from lms.performance import formula_forms
from lms.performance.actions import formulas as actions
from lms.performance.actions.scoring import reckon
from lms.performance.formula_forms import Written
from lms.performance.queries import formulas as reading
from lms.performance.queries import scores
from lms.performance.queries.figures import metrics
from lms.performance.queries.formulas import DRAFT, Version
from lms.performance.rules import weighing
from lms.performance.rules.formulas import GROUP_WORDS, KPI, MODE_WORDS, PartSpec, Spec
from lms.performance.rules.metrics import Metric
from lms.performance.rules.periods import Grain, Period, period, period_of
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires

MOVED = 60
"""People shown of those whom another formula would move."""
QUARTERS_AHEAD = 3


@bp.get("/formulas")
@requires(Permission.PROFILE_READ)
def formulas() -> str:
    """Show the versions; drafts only to who may write them."""
    actor = current_actor()
    edits = allows(actor, Permission.FORMULA_EDIT)
    shown = [each for each in reading.versions() if edits or each.state != DRAFT]
    present = period_of(today(), Grain.QUARTER)
    return render_template(
        "lms/performance/formulas.html",
        versions=shown,
        in_force=reading.in_force(present),
        quarter=present,
        edits=edits,
        to_read=reading.to_read(actor.id),
    )


@bp.get("/formulas/<formula_id>")
@requires(Permission.PROFILE_READ)
def formula(formula_id: str) -> str:
    """Show one version: its parts, whom it compares, who has confirmed it."""
    return _page(_seen(formula_id))


@bp.get("/formulas/new")
@requires(Permission.FORMULA_EDIT)
def new_formula() -> str:
    """Draft a formula: empty, or as a copy of another one (?copy_of=)."""
    measured, quarter = metrics(), _next_quarter()
    given = request.args.get("copy_of", "")
    if not given:
        return _form(formula_forms.fresh(measured, quarter))
    source = reading.version(given)
    return _form(formula_forms.shown(source.spec, source.name, quarter, measured))


@bp.post("/formulas/new")
@requires(Permission.FORMULA_EDIT)
def draft_formula() -> Response | tuple[str, int]:
    """Keep a new draft."""
    written = _sent()
    try:
        spec, quarter = formula_forms.read(written)
        with transaction():
            made = actions.draft(current_actor(), name=written.name, spec=spec, quarter=quarter).public_id
    except Invalid as error:
        return _form(written, error), 422
    flash(_("草稿已保存。先看“谁会变动”，再发布。"), "success")
    return redirect(url_for(".formula", formula_id=made))


@bp.get("/formulas/<formula_id>/edit")
@requires(Permission.FORMULA_EDIT)
def edit_formula(formula_id: str) -> str | Response:
    """Change a draft; a published formula is copied instead."""
    found = reading.version(formula_id)
    if found.state != DRAFT:
        return redirect(url_for(".new_formula", copy_of=formula_id))
    return _form(formula_forms.shown(found.spec, found.name, found.quarter, metrics()), formula_id=formula_id)


@bp.post("/formulas/<formula_id>/edit")
@requires(Permission.FORMULA_EDIT)
def change_formula(formula_id: str) -> Response | tuple[str, int]:
    """Keep the changes of a draft."""
    reading.version(formula_id)
    written = _sent()
    try:
        spec, quarter = formula_forms.read(written)
        with transaction():
            actions.change(current_actor(), formula_id, name=written.name, spec=spec, quarter=quarter)
    except Invalid as error:
        return _form(written, error, formula_id), 422
    flash(_("草稿已保存。"), "success")
    return redirect(url_for(".formula", formula_id=formula_id))


@bp.post("/formulas/<formula_id>/confirm")
@requires(Permission.PROFILE_READ)
def confirm_formula(formula_id: str) -> Response:
    """已阅确认 by somebody whom the formula binds."""
    with transaction():
        actions.confirm(current_actor(), formula_id)
    flash(_("已记下：您看过这个公式。"), "success")
    return redirect(url_for(".formula", formula_id=formula_id))


@bp.post("/formulas/<formula_id>/publish")
@requires(Permission.FORMULA_EDIT)
def publish_formula(formula_id: str) -> Response | tuple[str, int]:
    """Publish a draft and ask those whom it binds."""
    found = reading.version(formula_id)
    try:
        with transaction():
            asked = actions.publish(current_actor(), formula_id, request.form.get("reason", ""))
    except DomainError as error:
        return _page(found, error), error.status
    flash(ngettext("公式已发布，请 %(n)s 人确认。", "公式已发布，请 %(n)s 人确认。", asked) % {"n": asked}, "success")
    return redirect(url_for(".formula", formula_id=formula_id))


@bp.post("/formulas/<formula_id>/drop")
@requires(Permission.FORMULA_EDIT)
def drop_formula(formula_id: str) -> Response | tuple[str, int]:
    """Put a draft away."""
    found = reading.version(formula_id)
    try:
        with transaction():
            actions.drop(current_actor(), formula_id)
    except DomainError as error:
        return _page(found, error), error.status
    flash(_("草稿已删除。"), "success")
    return redirect(url_for(".formulas"))


@bp.get("/formulas/<formula_id>/try")
@requires(Permission.FORMULA_EDIT)
def try_formula(formula_id: str) -> str:
    """谁会变动: this formula, with the weights of the address, beside the one in force. Keeps nothing."""
    found, measured = reading.version(formula_id), metrics(every=True)
    of = _asked_quarter()
    spec, wrong = _weighed(found.spec)
    present = reading.in_force(of)
    other = present.spec if present is not None and present.id != found.id else found.spec
    before = reckon(other, of, measured)
    after = before if wrong else reckon(spec, of, measured)
    moves = weighing.moves(before, after)
    people = scores.people_of(current_actor())
    return render_template(
        "lms/performance/formula_try.html",
        formula=found,
        against=present if present is not None and present.id != found.id else None,
        spec=spec,
        wrong=wrong,
        quarter=of,
        quarters=_past_quarters(),
        names=scores.source_names(measured),
        moves=[(people[move.person_id], move) for move in moves if move.person_id in people][:MOVED],
        moved=sum(move.by is not None and abs(move.by) >= 0.05 for move in moves),
        total=len(moves),
        spreads=(weighing.spread_of(before), weighing.spread_of(after)),
    )


@bp.get("/formulas/<formula_id>/review")
@requires(Permission.FORMULA_EDIT)
def review_formula(formula_id: str) -> str:
    """The quarterly review: what each part does, and whether it stays."""
    return _review(reading.version(formula_id))


@bp.post("/formulas/<formula_id>/review")
@requires(Permission.FORMULA_EDIT)
def note_review(formula_id: str) -> Response | tuple[str, int]:
    """Note the review with its reason; who wants a change is led to a copy."""
    found, of = reading.version(formula_id), _asked_quarter()
    kept = request.form.get("verdict") != "change"
    figures = [
        {"source": each.source, "weight": each.weight, "share": each.share, "deviation": each.deviation}
        for each in _weights(found, of)
    ]
    try:
        with transaction():
            actions.review(
                current_actor(),
                formula_id,
                quarter=of,
                kept=kept,
                reason=request.form.get("reason", ""),
                figures=figures,
            )
    except Invalid as error:
        return _review(found, error), 422
    flash(_("复核已记下。"), "success")
    if kept:
        return redirect(url_for(".formula", formula_id=formula_id))
    return redirect(url_for(".new_formula", copy_of=formula_id))


def _seen(formula_id: str) -> Version:
    found = reading.version(formula_id)
    if found.state == DRAFT and not allows(current_actor(), Permission.FORMULA_EDIT):
        raise NotFound()
    return found


def _page(found: Version, error: DomainError | None = None) -> str:
    actor, measured = current_actor(), metrics(every=True)
    edits = allows(actor, Permission.FORMULA_EDIT)
    bound, read_at = reading.reading_of(found.id, actor.id)
    return render_template(
        "lms/performance/formula.html",
        formula=found,
        names=scores.source_names(measured),
        how=lambda part: _how(part, measured),
        modes=MODE_WORDS,
        groups=GROUP_WORDS,
        edits=edits,
        bound=bound,
        read_at=read_at,
        readers=reading.readers(found.id) if edits else [],
        reviews=reading.reviews(found.id) if edits else [],
        problems=actions.check(found.spec) if found.state == DRAFT else [],
        error=say(error.message) if error else "",
        reason=request.form.get("reason", ""),
    )


def _how(part: PartSpec, measured: Mapping[str, Metric]) -> str:
    """Return in a sentence how a value of this part becomes a score."""
    words = say(MODE_WORDS[part.mode])
    if part.floor is not None and part.target is not None:
        words = _("%(floor)s 得 0 分，%(target)s 得 100 分", floor=f"{part.floor:g}", target=f"{part.target:g}")
    if part.cap != 100:
        words += _("，封顶 %(cap)s 分", cap=f"{part.cap:g}")
    return words


def _form(written: Written, error: Invalid | None = None, formula_id: str = "") -> str:
    measured = metrics()
    return render_template(
        "lms/performance/formula_edit.html",
        written=written,
        formula_id=formula_id,
        names=scores.source_names(measured),
        units={f"{KPI}{code}": metric.unit for code, metric in measured.items()},
        modes=MODE_WORDS,
        groups=GROUP_WORDS,
        quarters=_quarters_ahead(),
        error=say(error.message) if error else "",
        errors={name: say(why) for name, why in error.fields.items()} if error else {},
        problems=_problems(written) if error else [],
    )


def _problems(written: Written) -> list[Text]:
    """Return all that is wrong with the numbers together, where they can be read at all."""
    try:
        return actions.check(formula_forms.read(written)[0])
    except Invalid:
        return []


def _sent() -> Written:
    return formula_forms.sent(request.form, request.form.getlist("group"), formula_forms.sources(metrics()))


def _weighed(spec: Spec) -> tuple[Spec, list[Text]]:
    """Return the formula with the weights of the address, and what is wrong with them."""
    parts = []
    for part in spec.parts:
        given = request.args.get(f"w.{part.source}", "")
        weight = formula_forms.number(given) if given else part.weight
        parts.append(replace(part, weight=-1.0 if weight is None else weight))
    tried = replace(spec, parts=tuple(part for part in parts if part.weight != 0))
    return tried, actions.check(tried)


def _review(found: Version, error: Invalid | None = None) -> str:
    of = _asked_quarter()
    return render_template(
        "lms/performance/formula_review.html",
        formula=found,
        quarter=of,
        quarters=_past_quarters(),
        weights=_weights(found, of),
        names=scores.source_names(metrics(every=True)),
        reviews=reading.reviews(found.id),
        error=say(error.message) if error else "",
        reason=request.form.get("reason", ""),
    )


def _weights(found: Version, of: Period) -> list[weighing.Weight]:
    return weighing.weights(list(reckon(found.spec, of, metrics(every=True)).values()))


def _asked_quarter() -> Period:
    """Return the quarter that is asked for, else the running one."""
    present = period_of(today(), Grain.QUARTER)
    try:
        asked = period(request.values.get("quarter", "") or str(present))
    except Invalid:
        return present
    return asked if asked.grain is Grain.QUARTER else present


def _past_quarters() -> list[Period]:
    found = [period_of(today(), Grain.QUARTER)]
    for _number in range(4):
        found.append(found[-1].before)
    return found


def _quarters_ahead() -> list[Period]:
    found = [period_of(today(), Grain.QUARTER)]
    for _number in range(QUARTERS_AHEAD):
        found.append(period_of(found[-1].until, Grain.QUARTER))
    return found


def _next_quarter() -> Period:
    return _quarters_ahead()[1]
