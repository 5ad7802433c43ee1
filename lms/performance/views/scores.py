"""Composites: the list of a quarter, one with where every point comes from, computing, keeping them for good."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import person_by_no, teams_within
from lms.content.queries.reading import cards
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.here import today
from lms.core.i18n import _, ngettext, say
from lms.core.texts import text
from lms.performance import drawing
from lms.performance.actions import scoring
from lms.performance.queries import formulas
from lms.performance.queries import scores as reading
from lms.performance.queries.figures import Figure, figures, metrics
from lms.performance.queries.score_inputs import results
from lms.performance.queries.scores import Scored
from lms.performance.rules.composite import Composite
from lms.performance.rules.formulas import TRAINING
from lms.performance.rules.periods import Grain, Period, period, period_of
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.tables import TableState, download

PAGE = 50
QUARTERS = 8


@bp.get("/scores")
@requires(Permission.PROFILE_READ)
def scores() -> str | Response:
    """Show the composites of a quarter of whom the actor may see; who sees only oneself is led to one's own."""
    actor = current_actor()
    of = asked_quarter(request.args.get("period", ""))
    table = TableState.from_args(
        request.args,
        sorts=("no", "name", "team", "total"),
        default="-total",
        filters=("q", "team", "period"),
        size=PAGE,
    )
    people = reading.people_of(actor, table.get("q"), whole(table.get("team")))
    found = reading.of_period(str(of), list(people))
    rows = sorted(
        ((people[person], each) for person, each in found.items()), key=_order(table), reverse=table.descending
    )
    if table.sort == "total":
        rows.sort(key=lambda row: row[1].total is None)
    parts = _heads([each for _who, each in rows])
    if table.format:
        return _export(table.format, of, rows, parts)
    table = table.within(len(rows))
    present = formulas.in_force(of)
    return render_template(
        "lms/performance/scores.html",
        table=table,
        quarter=of,
        quarters=quarters(),
        rows=rows[table.offset : table.offset + table.size],
        parts=parts,
        total=len(rows),
        final=bool(rows) and all(each.final for _who, each in rows),
        formula=present,
        unannounced=sum(each.unannounced for _who, each in rows),
        teams=teams_within(actor, Permission.PROFILE_READ),
        edits=allows(actor, Permission.FORMULA_EDIT),
        points=reading.points_of,
    )


@bp.post("/scores/compute")
@requires(Permission.FORMULA_EDIT)
def compute_scores() -> Response:
    """Compute a quarter anew, or keep it for good (`final`)."""
    of = asked_quarter(request.form.get("period", ""))
    final = request.form.get("do") == "final"
    try:
        if final and of.last >= today():
            raise Invalid(text("季度还没有结束，不能定稿。"))
        with transaction():
            done = scoring.score(current_actor(), of, final=final)
    except DomainError as error:
        flash(say(error.message), "warn")
        return redirect(url_for(".scores", period=str(of)))
    if final:
        flash(
            ngettext(
                "%(n)s 人的评分已定稿，以后只在旁边显示差异。",
                "%(n)s 人的评分已定稿，以后只在旁边显示差异。",
                done.changed,
            )
            % {"n": done.changed},
            "success",
        )
    else:
        flash(
            ngettext("已重新计算，%(n)s 人的评分有变化。", "已重新计算，%(n)s 人的评分有变化。", done.changed)
            % {"n": done.changed},
            "success",
        )
    return redirect(url_for(".scores", period=str(of)))


@bp.get("/scores/<employee_no>/<score_period>")
@requires(Permission.PROFILE_READ)
def score(employee_no: str, score_period: str) -> str:
    """Show one composite: each part down to the figures and results that it rests on, and what today would say."""
    actor = current_actor()
    person = person_by_no(actor, employee_no, Permission.PROFILE_READ)
    of = _period(score_period)
    held = reading.latest(person.id, str(of))
    if held is None:
        raise NotFound()
    formula = formulas.version(held.formula_id)
    measured = metrics(every=True)
    now = scoring.reckon(formula.spec, of, measured, [person.id]).get(person.id)
    codes = [part.code.removeprefix("kpi:") for part in held.parts if part.code.startswith("kpi:")]
    return render_template(
        "lms/performance/score.html",
        person=person,
        quarter=of,
        scored=held,
        formula=formula,
        steps=drawing.steps_of(held),
        hows=[drawing.how_words(part) for part in held.parts],
        details=[_detail(part, formula, now) for part in held.parts],
        metrics=measured,
        figure_words=drawing.figure_words,
        period_words=drawing.period_words,
        rests=_rests(person.id, of, codes),
        training=_training(person.id, of),
        is_training=TRAINING,
        differs=_differs(held, now),
        now=now,
        is_self=person.id == actor.id,
    )


def asked_quarter(written: str) -> Period:
    """Return the quarter of an address; the running one for none and for what is none."""
    present = period_of(today(), Grain.QUARTER)
    try:
        asked = period(written) if written else present
    except Invalid:
        return present
    return asked if asked.grain is Grain.QUARTER else present


def quarters() -> list[Period]:
    """Return the quarters to choose from, the running one first."""
    found = [period_of(today(), Grain.QUARTER)]
    while len(found) < QUARTERS:
        found.append(found[-1].before)
    return found


def _period(written: str) -> Period:
    try:
        return period(written)
    except Invalid as error:
        raise NotFound() from error


def _order(table: TableState) -> Callable[[tuple[Any, Scored]], Any]:
    match table.sort:
        case "name":
            return lambda row: (row[0].name or "", row[0].employee_no)
        case "team":
            return lambda row: (row[0].team or "", row[0].employee_no)
        case "total":
            return lambda row: (row[1].total or 0.0, row[0].employee_no)
        case _:
            return lambda row: row[0].employee_no


def _heads(found: Sequence[Scored]) -> dict[str, str]:
    """Return code and name of every part that somebody has, in the order of the formula."""
    heads: dict[str, str] = {}
    for each in found:
        for part in each.parts:
            heads.setdefault(part.code, part.name)
    return heads


def _export(format: str, of: Period, rows: Sequence[tuple[Any, Scored]], parts: dict[str, str]) -> Response:
    heads = [
        _("工号"),
        _("姓名"),
        _("团队"),
        _("周期"),
        _("综合评分"),
        _("未修正"),
        *parts.values(),
        _("公式"),
        _("已定稿"),
    ]
    lines = []
    for who, each in rows:
        points = reading.points_of(each)
        lines.append(
            [
                who.employee_no,
                who.name,
                who.team,
                str(of),
                each.total,
                each.raw_total,
                *(points.get(code) for code in parts),
                f"{each.formula} v{each.version}",
                _("是") if each.final else _("否"),
            ]
        )
    return download(format, _("综合评分 %(period)s", period=str(of)), heads, lines)


def _rests(person_id: int, of: Period, codes: Sequence[str]) -> dict[str, list[Figure]]:
    """Return the rows of figures within the period, by the source of the part."""
    found: dict[str, list[Figure]] = {}
    for one in figures([person_id], codes, of.start, of.until):
        found.setdefault(f"kpi:{one.metric}", []).append(one)
    return found


def _training(person_id: int, of: Period) -> list[tuple[Any, float, Any]]:
    """Return document, score and day of the results that the training part rests on."""
    every = results(of, [person_id])
    known = cards([each.document_id for each in every])
    return [(known.get(each.document_id), each.score, each.day) for each in every]


def _detail(part: reading.Part, formula: formulas.Version, now: Composite | None) -> dict[str, Any]:
    """Return how a part was reckoned: its line of the formula, and its points by today's data."""
    spec = next((each for each in formula.spec.parts if each.source == part.code), None)
    other = next((each for each in now.parts if each.source == part.code), None) if now else None
    changed = other is not None and other.points is not None and other.points != part.contribution
    return {"spec": spec, "now": other.points if changed and other is not None else None}


def _differs(held: Scored, now: Composite | None) -> float | None:
    """Return by how much today's data would give another total, None where it would not."""
    if now is None or now.total is None or held.total is None:
        return None
    by = round(now.total - held.total, 2)
    return by or None
