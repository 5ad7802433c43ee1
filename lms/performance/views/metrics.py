"""What is measured: the list, one metric, the titles that were said to mean one."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import teams_within
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.i18n import _, say
from lms.core.texts import Text
from lms.performance.actions import figures as figure_actions
from lms.performance.actions import metrics as actions
from lms.performance.queries import kpis as reading
from lms.performance.queries.figures import metrics
from lms.performance.queries.metrics import row_of, rows
from lms.performance.rules import kpi_values
from lms.performance.rules.kpi_metrics import BY_CODE, DIRECTIONS, UNITS, Draft
from lms.performance.rules.metrics import Direction, Metric, Unit
from lms.performance.views.kpis import value_words
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires

NUMBERS = ("low", "high", "red_line")


@bp.get("/kpis/metrics")
@requires(Permission.KPI_READ)
def kpi_metrics() -> str:
    """List what is measured, built in or own, in use or not."""
    used = metrics()
    return render_template(
        "lms/performance/metrics.html",
        metrics=metrics(every=True),
        used=used,
        rows=rows(),
        built_in=BY_CODE,
        units=UNITS,
        directions=DIRECTIONS,
        words=value_words,
        titles=reading.titles(),
        may_edit=allows(current_actor(), Permission.METRIC_EDIT),
    )


@bp.get("/kpis/metrics/new")
@requires(Permission.METRIC_EDIT)
def metric_new() -> str:
    return _form("", {"unit": Unit.PERCENT.value, "direction": Direction.UP.value}, {})


@bp.post("/kpis/metrics/new")
@requires(Permission.METRIC_EDIT)
def metric_add() -> Response | tuple[str, int]:
    form = request.form
    try:
        draft = _draft(form)
        with transaction():
            actions.add(current_actor(), form.get("code", "").strip(), draft)
    except DomainError as error:
        return _form("", form, error.fields, say(error.message)), error.status
    flash(_("已加上指标“%(name)s”。", name=draft.name), "ok")
    return redirect(url_for(".kpi_metrics"), 303)


@bp.post("/kpis/metrics/titles")
@requires(Permission.METRIC_EDIT)
def metric_titles() -> Response:
    """Forget what a title means."""
    with transaction():
        figure_actions.forget(current_actor(), request.form.get("title", ""))
    flash(_("已忘掉，下次遇到会再问。"), "ok")
    return redirect(url_for(".kpi_metrics"), 303)


@bp.get("/kpis/metrics/<metric_code>")
@requires(Permission.METRIC_EDIT)
def metric_edit(metric_code: str) -> str:
    metric = _known(metric_code)
    row = row_of(metric_code)
    return _form(
        metric_code,
        {
            "name": row.name if row else metric.name.id,
            "name_en": row.name_en if row else "",
            "unit": metric.unit.value,
            "direction": metric.direction.value,
            **{name: _written(getattr(metric, name)) for name in NUMBERS},
            **{f"red-{team}": _written(line) for team, line in metric.team_red_lines},
            "synonyms": "\n".join(row.synonyms if row else metric.synonyms),
        },
        {},
    )


def _known(code: str) -> Metric:
    metric = metrics(every=True).get(code)
    if metric is None:
        raise NotFound()
    return metric


@bp.post("/kpis/metrics/<metric_code>")
@requires(Permission.METRIC_EDIT)
def metric_save(metric_code: str) -> Response | tuple[str, int]:
    """Change a metric, put it out of use, take it back, or let a built-in one be as it was."""
    actor, form = current_actor(), request.form
    metric = _known(metric_code)
    match form.get("act", ""):
        case "off" | "on" as act:
            with transaction():
                actions.set_use(actor, metric_code, active=act == "on")
            flash(_("已停用，数据留着。") if act == "off" else _("已重新启用。"), "ok")
            return redirect(url_for(".kpi_metrics"), 303)
        case "reset":
            with transaction():
                actions.reset(actor, metric_code)
            flash(_("已恢复成内置的样子。"), "ok")
            return redirect(url_for(".kpi_metrics"), 303)
    try:
        draft = _draft(form, metric.unit)
        with transaction():
            actions.change(actor, metric_code, draft)
    except DomainError as error:
        return _form(metric_code, form, error.fields, say(error.message)), error.status
    flash(_("已保存。"), "ok")
    return redirect(url_for(".kpi_metrics"), 303)


def _form(code: str, given: Mapping[str, str], errors: Mapping[str, Text], error: str = "") -> str:
    metric = metrics(every=True).get(code)
    return render_template(
        "lms/performance/metric.html",
        code=code,
        metric=metric,
        given=given,
        errors=errors,
        error=error,
        units=UNITS,
        directions=DIRECTIONS,
        is_built_in=code in BY_CODE,
        is_changed=row_of(code) is not None,
        is_used=code in metrics(),
        teams=(teams := teams_within(current_actor(), Permission.METRIC_EDIT)),
        own_lines={f"red-{team.id}" for team in teams},
    )


def _draft(form: Mapping[str, str], unit: Unit | None = None) -> Draft:
    """Return what the form says. Raises Invalid where a number can't be read or a choice is none."""
    wrong: dict[str, Text] = {}
    numbers: dict[str, float | None] = dict.fromkeys(NUMBERS)
    for name in NUMBERS:
        try:
            numbers[name] = kpi_values.number(form.get(name, ""))
        except Invalid as error:
            wrong[name] = error.message
    own: list[tuple[int, float]] = []
    for team in teams_within(current_actor(), Permission.METRIC_EDIT):
        try:
            line = kpi_values.number(form.get(f"red-{team.id}", ""))
        except Invalid as error:
            wrong[f"red-{team.id}"] = error.message
            continue
        if line is not None:
            own.append((team.id, line))
    said, way = form.get("unit", ""), form.get("direction", "")
    if wrong:
        raise Invalid(fields=wrong)
    return Draft(
        name=form.get("name", ""),
        name_en=form.get("name_en", ""),
        unit=unit or (Unit(said) if said in set(Unit) else Unit.PERCENT),
        direction=Direction(way) if way in set(Direction) else Direction.UP,
        low=numbers["low"],
        high=numbers["high"],
        red_line=numbers["red_line"],
        team_red_lines=tuple(own),
        synonyms=tuple(form.get("synonyms", "")[:5_000].splitlines()),
    )


def _written(number: float | None) -> str:
    return "" if number is None else kpi_values.shown(number)
