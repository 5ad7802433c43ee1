"""公式: versions of the composite's formula, confirmed by those it binds, tried, published and reviewed."""

from dataclasses import asdict, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.core.access import Permission, allows
from lms.core.db import rows as read_rows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.texts import text
from lms.performance import formula_forms
from lms.performance.actions import formulas as actions
from lms.performance.actions.scoring import reckon
from lms.performance.formula_forms import Written
from lms.performance.queries import formulas as reading
from lms.performance.queries import scores
from lms.performance.queries.figures import metrics
from lms.performance.queries.formulas import DRAFT, Version
from lms.performance.rules.formulas import (
    COMPETENCY,
    GROUP_WORDS,
    KPI,
    MODE_WORDS,
    QUALITY,
    TRAINING,
    Mode,
    PartSpec,
    Spec,
)
from lms.performance.rules.metrics import Unit
from lms.performance.rules.periods import Grain, Period, period_of
from lms.performance.rules.weighing import Move, moves, spread_of, weights
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import columns

SHOWN_MOVES = 200
USUAL = Spec(
    parts=(
        PartSpec(source=f"{KPI}csat", weight=30),
        PartSpec(source=f"{KPI}fcr", weight=25),
        PartSpec(source=f"{KPI}first_response", weight=20, mode=Mode.LINE, floor=90, target=15),
        PartSpec(source=QUALITY, weight=10),
        PartSpec(source=TRAINING, weight=15),
    )
)
"""What a first draft says, to be changed."""


def _now() -> Period:
    return period_of(today(), Grain.QUARTER)


def _after(quarter: Period) -> Period:
    return period_of(quarter.until, Grain.QUARTER)


def _seen(formula_id: str) -> Version:
    """Return a formula that the reader may see: drafts are for who writes them. Raises NotFound."""
    found = reading.version(formula_id)
    if found.state == DRAFT and not allows(current_actor(), Permission.FORMULA_EDIT):
        raise NotFound()
    return found


@bp.get("/formulas")
@requires(Permission.PROFILE_READ)
def formulas() -> str:
    """Every version, the newest first, with who has confirmed it."""
    may_edit = allows(current_actor(), Permission.FORMULA_EDIT)
    every = [each for each in reading.versions() if may_edit or each.state != DRAFT]
    present = reading.in_force(_now())
    return render_template(
        "lms/performance/formulas.html",
        versions=every,
        present=present.public_id if present else "",
        may_edit=may_edit,
        DRAFT=DRAFT,
    )


@bp.post("/formulas")
@requires(Permission.FORMULA_EDIT)
def formula_new() -> Response:
    """Begin a draft: a copy of `from`, of the formula in force, or the usual one."""
    source = request.form.get("from", "")
    base = reading.version(source) if source else reading.in_force(_now())
    with transaction():
        row = actions.draft(
            current_actor(),
            name=base.name if base else _("客服综合评分"),
            spec=base.spec if base else USUAL,
            quarter=_after(_now()),
        )
        made = row.public_id
    return redirect(url_for(".formula_edit", formula_id=made), 303)


@bp.get("/formulas/<formula_id>")
@requires(Permission.PROFILE_READ)
def formula(formula_id: str) -> str:
    """One version: weights, how each part counts, who has confirmed it, why it is so."""
    return _page(_seen(formula_id))


def _page(found: Version, error: DomainError | None = None) -> str:
    actor = current_actor()
    bound, read_at = reading.reading_of(found.id, actor.id)
    may_edit = allows(actor, Permission.FORMULA_EDIT)
    return render_template(
        "lms/performance/formula.html",
        formula=found,
        names=scores.source_names(metrics(every=True)),
        modes=MODE_WORDS,
        groups=GROUP_WORDS,
        bound=bound,
        read_at=read_at,
        may_edit=may_edit,
        readers=reading.readers(found.id) if may_edit else [],
        reviews=reading.reviews(found.id),
        problems=actions.check(found.spec) if found.state == DRAFT else [],
        started=found.from_on <= today(),
        DRAFT=DRAFT,
        error=error,
        form=request.form,
    )


@bp.post("/formulas/<formula_id>/confirm")
@requires(Permission.PROFILE_READ)
def formula_confirm(formula_id: str) -> Response:
    """已阅确认 by somebody whom it binds."""
    with transaction():
        actions.confirm(current_actor(), formula_id)
    flash(_("已确认，谢谢。"), "ok")
    return redirect(url_for(".formula", formula_id=formula_id), 303)


@bp.post("/formulas/<formula_id>/publish")
@requires(Permission.FORMULA_EDIT)
def formula_publish(formula_id: str) -> Response | tuple[str, int]:
    """Publish a draft with a reason; those whom it binds are asked to confirm it."""
    found = _seen(formula_id)
    try:
        with transaction():
            asked = actions.publish(current_actor(), formula_id, request.form.get("reason", ""))
    except DomainError as wrong:
        return _page(found, wrong), wrong.status
    flash(_("已发布，%(n)s 人会收到通知并确认。", n=asked), "ok")
    return redirect(url_for(".formula", formula_id=formula_id), 303)


# writing and trying


@bp.get("/formulas/<formula_id>/edit")
@requires(Permission.FORMULA_EDIT)
def formula_edit(formula_id: str) -> str:
    """The form of a formula: a draft is changed by it, a published one can be tried and copied."""
    found = _seen(formula_id)
    return _form(found, formula_forms.of_spec(found.name, str(found.quarter), found.spec))


@bp.post("/formulas/<formula_id>/edit")
@requires(Permission.FORMULA_EDIT)
def formula_save(formula_id: str) -> Response | str | tuple[str, int]:
    """Save the draft, drop it, keep what was written as a new draft, or try it without saving (`do`)."""
    found, actor, do = _seen(formula_id), current_actor(), request.form.get("do", "")
    if do == "drop":
        with transaction():
            actions.drop(actor, formula_id)
        flash(_("草稿已删除。"), "ok")
        return redirect(url_for(".formulas"), 303)
    written, spec, quarter = formula_forms.read(request.form, request.form.getlist("group"))
    try:
        if spec is None:
            raise Invalid(text("还差一点，改好再保存。"), fields=written.wrong)
        if do == "row":
            return _form(found, written)
        if do == "try":
            wrong = actions.check(spec)
            if wrong:
                raise Invalid(fields={f"spec.{number}": reason for number, reason in enumerate(wrong)})
            return _form(found, written, tried=_tried(found, spec))
        with transaction():
            if found.state == DRAFT and do != "copy":
                actions.change(actor, formula_id, name=written.name, spec=spec, quarter=quarter)
                public_id = formula_id
            else:
                public_id = actions.draft(actor, name=written.name, spec=spec, quarter=quarter).public_id
    except DomainError as error:
        return _form(found, replace(written, wrong={**written.wrong, **error.fields}), error), error.status
    flash(_("草稿已保存，还没有发布。"), "ok")
    return redirect(url_for(".formula", formula_id=public_id), 303)


def _form(
    found: Version, written: Written, error: DomainError | None = None, tried: dict[str, Any] | None = None
) -> str:
    measured = metrics()
    return render_template(
        "lms/performance/formula_edit.html",
        formula=found,
        written=written,
        sources={
            source: name
            for source, name in scores.source_names(measured).items()
            if source in (TRAINING, QUALITY, COMPETENCY) or source.removeprefix(KPI) in measured
        },
        hundred={f"{KPI}{code}" for code, each in measured.items() if each.unit in (Unit.PERCENT, Unit.SCORE)},
        modes=MODE_WORDS,
        groups=GROUP_WORDS,
        quarters=[str(_now()), str(_after(_now())), str(_after(_after(_now())))],
        errors={name: say(reason) for name, reason in written.wrong.items()},
        error=error,
        tried=tried,
        DRAFT=DRAFT,
    )


def _tried(found: Version, spec: Spec) -> dict[str, Any]:
    """Return who would move, with the data of the running quarter or the last one that has any. Saves nothing."""
    measured = metrics(every=True)
    base = reading.in_force(_now()) or found
    for quarter in (_now(), _now().before):
        before = reckon(base.spec, quarter, measured)
        if before:
            break
    after = reckon(spec, quarter, measured)
    found_moves = moves(before, after)
    return {
        "quarter": str(quarter),
        "base": base,
        "moves": _named(found_moves[:SHOWN_MOVES]),
        "people": len(found_moves),
        "up": sum((move.by or 0) > 0 for move in found_moves),
        "down": sum((move.by or 0) < 0 for move in found_moves),
        "most": max((abs(move.by or 0) for move in found_moves), default=0.0),
        "before": columns(spread_of(before), width=300, height=80),
        "after": columns(spread_of(after), width=300, height=80),
        "counts": list(zip(spread_of(before), spread_of(after), strict=True)),
    }


def _named(shown: list[Move]) -> list[tuple[Move, str, str]]:
    who = _who([move.person_id for move in shown])
    return [(move, *who.get(move.person_id, ("", ""))) for move in shown]


def _who(ids: list[int]) -> dict[int, tuple[str, str]]:
    statement = select(Person.id, Person.employee_no, Person.name).where(Person.id.in_(ids))
    return {row.id: (row.employee_no or "", row.name or "") for row in read_rows(statement)}


# the quarterly review


@bp.get("/formulas/<formula_id>/review")
@requires(Permission.FORMULA_EDIT)
def formula_review(formula_id: str) -> str:
    """What each part does in the totals, to keep the formula or to change it."""
    return _review(_seen(formula_id))


def _review(found: Version, error: DomainError | None = None) -> str:
    quarter, figures = _weighed(found)
    return render_template(
        "lms/performance/formula_review.html",
        formula=found,
        quarter=str(quarter),
        weights=figures,
        names=scores.source_names(metrics(every=True)),
        reviews=reading.reviews(found.id),
        error=error,
        form=request.form,
    )


def _weighed(found: Version) -> tuple[Period, list[Any]]:
    measured = metrics(every=True)
    for quarter in (_now(), _now().before):
        composites = reckon(found.spec, quarter, measured)
        if composites:
            break
    return quarter, weights(list(composites.values()))


@bp.post("/formulas/<formula_id>/review")
@requires(Permission.FORMULA_EDIT)
def formula_reviewed(formula_id: str) -> Response | tuple[str, int]:
    """Note the review: kept or to be changed, and why; to change it, a draft is begun."""
    found, actor = _seen(formula_id), current_actor()
    quarter, figures = _weighed(found)
    kept = request.form.get("verdict") != "change"
    try:
        with transaction():
            actions.review(
                actor,
                formula_id,
                quarter=quarter,
                kept=kept,
                reason=request.form.get("reason", ""),
                figures=[asdict(each) for each in figures],
            )
            if not kept:
                made = actions.draft(actor, name=found.name, spec=found.spec, quarter=_after(_now())).public_id
    except DomainError as wrong:
        return _review(found, wrong), wrong.status
    flash(_("复核已记下。"), "ok")
    if not kept:
        return redirect(url_for(".formula_edit", formula_id=made), 303)
    return redirect(url_for(".formula", formula_id=formula_id), 303)
