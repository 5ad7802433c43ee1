"""综合评分: the table of a quarter, one person's score point by point, the nightly file."""

from collections.abc import Callable
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.accounts.queries import person_by_no, teams_within
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, say
from lms.performance import drawing
from lms.performance.actions import score_export, scoring
from lms.performance.queries import formulas as reading
from lms.performance.queries import score_rows, scores
from lms.performance.queries.figures import metrics
from lms.performance.queries.score_rows import Line
from lms.performance.queries.scores import Scored
from lms.performance.rules.composite import Composite
from lms.performance.rules.formulas import MODE_WORDS, Mode
from lms.performance.rules.periods import Grain, Period, period, period_of
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.tables import TableState, download

PAGE = 50
SHOWN_ROWS = 8
"""So many rows of a figure stand open on the page of a composite, the others folded."""


def _asked(written: str) -> Period:
    """Return the quarter of an address, the present one for none and for what is none."""
    try:
        found = period(written)
    except DomainError:
        found = period_of(today(), Grain.QUARTER)
    return found if found.grain is Grain.QUARTER else period_of(today(), Grain.QUARTER)


@bp.get("/scores", endpoint="scores")
@requires(Permission.PROFILE_READ)
def score_list() -> str | Response:
    """Those whom the reader may see, with their composite of a quarter and the points of each part."""
    actor = current_actor()
    table = TableState.from_args(
        request.args,
        sorts=("no", "name", "team", "total", "raw"),
        default="no",
        filters=("q", "team", "period", "mark"),
        size=PAGE,
    )
    held = scores.periods()
    usual = str(period_of(today(), Grain.QUARTER))
    chosen = (
        str(_asked(table.get("period"))) if table.get("period") else (usual if usual in held or not held else held[0])
    )
    lines = score_rows.table(actor, chosen, q=table.get("q"), team_id=whole(table.get("team")))
    if table.get("mark") == "unannounced":
        lines = [line for line in lines if line.scored.unannounced]
    if table.get("mark") == "adjusted":
        lines = [line for line in lines if line.scored.total != line.scored.raw_total]
    lines.sort(key=_order(table), reverse=table.descending)
    lines.sort(key=lambda line: table.sort in ("total", "raw") and line.scored.total is None)
    parts = {part.code: part.name for line in lines for part in line.scored.parts}
    if table.format:
        return _export(table.format, chosen, lines, parts)
    table = table.within(len(lines))
    known = [line.scored.total for line in lines if line.scored.total is not None]
    return render_template(
        "lms/performance/scores.html",
        table=table,
        chosen=chosen,
        periods=list(dict.fromkeys([usual, *held, chosen])),
        teams=teams_within(actor, Permission.PROFILE_READ),
        lines=lines[table.offset : table.offset + table.size],
        total=len(lines),
        parts=parts,
        mean=sum(known) / len(known) if known else None,
        unannounced=sum(line.scored.unannounced for line in lines),
        final=any(line.scored.final for line in lines),
        formula=reading.in_force(period(chosen)),
        may_edit=allows(actor, Permission.FORMULA_EDIT),
        is_over=period(chosen).until <= today(),
        to_read=reading.to_read(actor.id),
    )


def _order(table: TableState) -> Callable[[Line], Any]:
    match table.sort:
        case "name":
            return lambda line: (line.name, line.employee_no)
        case "team":
            return lambda line: (line.team, line.employee_no)
        case "total":
            return lambda line: line.scored.total or 0.0
        case "raw":
            return lambda line: line.scored.raw_total or 0.0
        case _:
            return lambda line: line.employee_no


def _export(format: str, chosen: str, lines: list[Line], parts: dict[str, str]) -> Response:
    heads = [_("工号"), _("姓名"), _("团队"), _("周期"), _("综合评分"), _("未修正"), *parts.values()]
    heads += [_("公式"), _("公示"), _("定稿")]
    rows = []
    for line in lines:
        one = line.scored
        points = {part.code: part.contribution for part in one.parts}
        rows.append(
            [
                *(line.employee_no, line.name, line.team, chosen, one.total, one.raw_total),
                *(points.get(code) for code in parts),
                _("%(name)s 第 %(n)s 版", name=one.formula, n=one.version),
                _("未公示") if one.unannounced else _("已确认"),
                _("是") if one.final else _("否"),
            ]
        )
    return download(format, f"{_('综合评分')} {chosen}", heads, rows)


@bp.post("/scores")
@requires(Permission.FORMULA_EDIT)
def scores_compute() -> Response:
    """Compute a quarter now, or keep it for good (`do`: compute | final)."""
    chosen, final = _asked(request.form.get("period", "")), request.form.get("do") == "final"
    if final and chosen.until > today():
        flash(_("季度还没有结束，结束后才能定稿。"), "warn")
        return redirect(url_for(".scores", period=str(chosen)), 303)
    try:
        with transaction():
            done = scoring.score(current_actor(), chosen, final=final)
    except Conflict as error:
        flash(say(error.message), "warn")
        return redirect(url_for(".scores", period=str(chosen)), 303)
    if final:
        flash(_("已定稿 %(n)s 人，以后数据再变，定稿的分数也不动。", n=done.changed), "ok")
    else:
        flash(
            _(
                "算了 %(n)s 人，%(changed)s 人的分数有变化，%(kept)s 人已定稿没有动。",
                n=done.people,
                changed=done.changed,
                kept=done.kept,
            ),
            "ok",
        )
    return redirect(url_for(".scores", period=str(chosen)), 303)


@bp.get("/scores/<employee_no>/<score_period>")
@requires(Permission.PROFILE_READ)
def score(employee_no: str, score_period: str) -> str:
    """得分构成 of a person in a quarter: every point with what it rests on."""
    actor = current_actor()
    person = person_by_no(actor, employee_no, Permission.PROFILE_READ)
    try:
        chosen = period(score_period)
    except DomainError as error:
        raise NotFound() from error
    if chosen.grain is not Grain.QUARTER:
        raise NotFound()
    held = scores.latest(person.id, str(chosen))
    measured = metrics(every=True)
    own = person.id == actor.id
    spec = {part.source: part for part in reading.version(held.formula_id).spec.parts} if held else {}
    return render_template(
        "lms/performance/score.html",
        person=person,
        own=own,
        chosen=chosen,
        scored=held,
        steps=drawing.steps_of(held) if held else (),
        hows=[drawing.how_words(part) for part in held.parts] if held else [],
        history=scores.history(person.id),
        spec=spec,
        modes=MODE_WORDS,
        LINE=Mode.LINE,
        metrics=measured,
        given=score_rows.given(person.id, chosen, [part.metric for part in spec.values() if part.metric]),
        trained=score_rows.trained(person.id, chosen),
        shown=SHOWN_ROWS,
        few=drawing.FEW_CASES,
        today_says=_today(held, person, chosen) if held and held.final else None,
        figure=drawing.figure_words,
        words=drawing.score_words,
        period_words=drawing.period_words,
        may_figures=allows(actor, Permission.KPI_READ) and not own,
        links=_links(own),
    )


def _links(own: bool) -> dict[str, str]:
    """Return the endpoint at which a result of each source is opened; a lead reviews runs, an agent has the debrief."""
    return {"quiz": "quizzes.result", "marking": "quizzes.result", "drill": "drills.debrief" if own else ""}


def _today(held: Scored, person: Person, chosen: Period) -> Composite | None:
    """Return what today's data and the formula in force would give where that differs from the final score."""
    formula = reading.in_force(chosen)
    if formula is None:
        return None
    found = scoring.reckon(formula.spec, chosen, metrics(every=True), [person.id])[person.id]
    return found if found.total != held.total else None


# the nightly file


@bp.get("/scores/export")
@requires(Permission.FORMULA_EDIT)
def score_files() -> str:
    """The files of the nights, and the switch."""
    active, last_on, error = score_rows.export_state()
    return render_template(
        "lms/performance/score_files.html", active=active, last_on=last_on, error=error, files=score_export.nights()
    )


@bp.post("/scores/export")
@requires(Permission.FORMULA_EDIT)
def score_files_switch() -> Response:
    """Switch the nightly file on or off (`active`: 1 or nothing)."""
    active = request.form.get("active") == "1"
    with transaction():
        score_export.switch(current_actor(), active=active)
    flash(_("已打开，今晚起每天写一份。") if active else _("已关闭，原来的文件还在。"), "ok")
    return redirect(url_for(".score_files"), 303)


@bp.get("/scores/export/<score_file>")
@requires(Permission.FORMULA_EDIT)
def score_file(score_file: str) -> FlaskResponse:
    """Download the file of a night. Raises NotFound."""
    found = next((each for each in score_export.nights() if each.name == score_file), None)
    if found is None:
        raise NotFound()
    response = FlaskResponse(score_export.content_of(found), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
