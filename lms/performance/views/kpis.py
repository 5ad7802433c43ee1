"""Figures of people: the table of a period, one person with what was corrected, what was imported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import person_by_no, teams_within
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.texts import Text, text
from lms.performance.actions import figures as actions
from lms.performance.drawing import period_words
from lms.performance.queries import kpis as reading
from lms.performance.queries.figures import figures, metrics, of_period, red_lines
from lms.performance.queries.kpis import Row
from lms.performance.rules import kpi_values
from lms.performance.rules.kpi_sheet import Entry
from lms.performance.rules.metrics import Metric, Unit
from lms.performance.rules.periods import Grain, Period, period
from lms.performance.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.tables import EXPORTS, TableState, download

PAGE = 50
GRAINS: dict[Grain, Text] = {
    Grain.MONTH: text("按月"),
    Grain.QUARTER: text("按季度"),
    Grain.WEEK: text("按周"),
    Grain.DAY: text("按日"),
}
UNITS: dict[Unit, Text] = {Unit.PERCENT: text("%%"), Unit.SECONDS: text("秒"), Unit.HOURS: text("小时")}
"""What stands in the brackets of a column's title."""
SHOWN_PERIODS = 6
"""Periods side by side on the page of a person."""


def value_words(metric: Metric, value: float) -> str:
    """Return a value with its unit in the reader's language."""
    found = kpi_values.in_words(value, metric.unit)
    return say(found) if isinstance(found, Text) else found


def title_of(metric: Metric) -> str:
    """Return the title of a metric's column with its unit, as an import reads it."""
    unit = UNITS.get(metric.unit)
    return f"{say(metric.name)}({say(unit)})" if unit else say(metric.name)


def asked_period(written: str, usual: Period | None) -> Period | None:
    """Return the period of an address; the usual one for none and for what is none."""
    try:
        return period(written) if written else usual
    except Invalid:
        return usual


@bp.get("/kpis")
@requires(Permission.KPI_READ)
def kpis() -> str | Response:
    """Show a period: people down, metrics across, what is beyond its red line marked."""
    actor, measured = current_actor(), metrics()
    table = TableState.from_args(
        request.args,
        sorts=("no", "name", "team", *(f"m.{code}" for code in measured)),
        default="no",
        filters=("q", "team", "period", "red"),
        size=PAGE,
    )
    lined = red_lines(measured.values())

    def is_red(row: Row, code: str) -> bool:
        return lined(measured[code], row.team_id).is_red(row.figures[code].value)

    newest = reading.latest(measured)
    chosen = asked_period(table.get("period"), reading.usual(newest))
    rows = (
        []
        if chosen is None
        else reading.table(actor, chosen, measured, q=table.get("q"), team_id=whole(table.get("team")))
    )
    if table.get("red"):
        rows = [row for row in rows if any(is_red(row, code) for code in row.figures)]
    shown = {code: metric for code, metric in measured.items() if any(code in row.figures for row in rows)}
    rows.sort(key=_order(table), reverse=table.descending)
    if table.sort.startswith("m."):
        rows.sort(key=lambda row: table.sort[2:] not in row.figures)  # who has none stands last, either way
    if table.format and chosen is not None:
        return _export(table.format, chosen, rows, shown)
    table = table.within(len(rows))
    return render_template(
        "lms/performance/kpis.html",
        table=table,
        chosen=chosen,
        periods=reading.offered(newest),
        grains=GRAINS,
        period_words=period_words,
        teams=teams_within(actor, Permission.KPI_READ),
        metrics=shown,
        rows=rows[table.offset : table.offset + table.size],
        total=len(rows),
        together=reading.together(rows, shown),
        red=sum(is_red(row, code) for row in rows for code in shown if code in row.figures),
        is_red=is_red,
        words=value_words,
        may_import=allows(actor, Permission.KPI_IMPORT),
        any=bool(newest),
    )


def _order(table: TableState) -> Callable[[Row], Any]:
    match table.sort:
        case "no":
            return lambda row: row.employee_no
        case "name":
            return lambda row: (row.name, row.employee_no)
        case "team":
            return lambda row: (row.team_name, row.employee_no)
        case code:
            return lambda row: row.figures[code[2:]].value if code[2:] in row.figures else 0.0


def _export(format: str, chosen: Period, rows: Sequence[Row], shown: Mapping[str, Metric]) -> Response:
    """Return what is shown with the titles that an import knows, so that it can be taken in again."""
    heads = [_("工号"), _("姓名"), _("团队"), _("周期")]
    for metric in shown.values():
        heads += [title_of(metric), _("%(name)s样本数", name=say(metric.name))]
    lines = (
        [
            row.employee_no,
            row.name,
            row.team_name,
            str(chosen),
            *(
                cell
                for code in shown
                for cell in (
                    (row.figures[code].value, row.figures[code].count) if code in row.figures else (None, None)
                )
            ),
        ]
        for row in rows
    )
    return download(format, f"{_('指标数据')} {chosen}", heads, lines)


@bp.get("/kpis/imports")
@requires(Permission.KPI_READ)
def kpi_imports() -> str | Response:
    """List what was imported, by whom, and how much of it was new or other."""
    actor = current_actor()
    table = TableState.from_args(request.args, sorts=("at",), default="-at", size=PAGE)
    if table.format in EXPORTS:
        rows, _total = reading.imports(actor, limit=10_000)
        heads = [_("时间"), _("来源"), _("文件或原因"), _("谁"), _("行数"), _("新增"), _("更正"), _("没变")]
        lines = [
            [one.at, say(SOURCES[one.source]), one.name, one.by, one.rows, one.added, one.changed, one.unchanged]
            for one in rows
        ]
        return download(table.format, _("导入记录"), heads, lines)
    rows, total = reading.imports(actor, offset=table.offset, limit=table.size)
    return render_template("lms/performance/kpi_imports.html", table=table, rows=rows, total=total, sources=SOURCES)


SOURCES: dict[str, Text] = {"file": text("文件导入"), "api": text("接口"), "hand": text("手工")}


@bp.get("/kpis/<employee_no>")
@requires(Permission.KPI_READ)
def kpi_person(employee_no: str) -> str:
    """Show one person's figures in the latest periods, and what was corrected."""
    return _person(employee_no)


def _person(employee_no: str, *, error: DomainError | None = None) -> str:
    actor = current_actor()
    person = person_by_no(actor, employee_no, Permission.KPI_READ)
    measured = metrics()
    newest = reading.latest(measured)
    periods = reading.offered(newest)
    asked = request.args.get("grain", "")
    grain = (
        Grain(asked)
        if asked in set(Grain) and Grain(asked) in periods
        else next((each for each in GRAINS if each in periods), None)
    )
    columns = periods[grain][:SHOWN_PERIODS] if grain is not None else []
    cells = {one: of_period(list(measured), one, [person.id]) for one in columns}
    given = {
        (figure.metric, figure.period): figure
        for figure in (figures([person.id], None, columns[-1].start, columns[0].until, grain) if columns else [])
    }
    lined = red_lines(measured.values())
    shown = {
        code: lined(metric, person.team_id)
        for code, metric in measured.items()
        if any((person.id, code) in cells[one] for one in columns)
    }
    return render_template(
        "lms/performance/kpi_person.html",
        person=person,
        grain=grain,
        grains={each: words for each, words in GRAINS.items() if each in periods},
        columns=columns,
        cells=cells,
        given=given,
        metrics=shown,
        every=measured,
        every_kept=metrics(every=True),
        corrections=reading.corrections(person.id),
        period_words=period_words,
        words=value_words,
        sources=SOURCES,
        may_correct=_may_correct(employee_no),
        error=error,
        form=request.form,
    )


def _may_correct(employee_no: str) -> bool:
    try:
        person_by_no(current_actor(), employee_no, Permission.KPI_IMPORT)
    except DomainError:
        return False
    return True


@bp.post("/kpis/<employee_no>")
@requires(Permission.KPI_IMPORT)
def kpi_correct(employee_no: str) -> Response | tuple[str, int]:
    """Write one figure by hand, or take it away, with a reason."""
    actor = current_actor()
    person = person_by_no(actor, employee_no, Permission.KPI_IMPORT)
    try:
        code, when = _named(request.form)
        reason = request.form.get("reason", "").strip()[: actions.LONGEST_REASON]
        if request.form.get("act") == "remove":
            with transaction():
                actions.take_away(actor, person.id, code, when, reason)
            flash(_("已删除，原来的数留在更正记录里。"), "ok")
        else:
            entry = _entry(request.form, person.id, code, when, reason)
            with transaction():
                plan = actions.apply_entries(actor, [entry], source="hand", name=reason)
            flash(_("已保存。") if plan.can_apply else _("和原来一样，没有改。"), "ok")
    except DomainError as error:
        if error.status not in (404, 422):
            raise
        refused = error if error.fields else Invalid(fields={"period": text("这个周期没有这个指标的数。")})
        return _person(employee_no, error=refused), 422
    return redirect(url_for(".kpi_person", employee_no=employee_no, grain=when.grain.value), 303)


def _named(form: Mapping[str, str]) -> tuple[str, Period]:
    """Return metric and period of the form. Raises Invalid with both reasons."""
    wrong: dict[str, Text] = {}
    code = form.get("metric", "")
    if code not in metrics():
        wrong["metric"] = text("请选一个指标。")
    when = None
    try:
        when = kpi_values.when(form.get("period", ""), today())
    except Invalid as error:
        wrong["period"] = error.message
    if wrong or when is None:
        raise Invalid(fields=wrong)
    return code, when


def _entry(form: Mapping[str, str], person_id: int, code: str, when: Period, reason: str) -> Entry:
    wrong: dict[str, Text] = {}
    value, count = 0.0, None
    try:
        value = kpi_values.value(form.get("value", ""), metrics()[code])
    except Invalid as error:
        wrong["value"] = error.message
    try:
        count = kpi_values.count(form.get("count", ""))
    except Invalid as error:
        wrong["count"] = error.message
    if not reason:
        wrong["reason"] = text("请写明原因。")
    if wrong:
        raise Invalid(fields=wrong)
    return Entry(line=1, person_id=person_id, metric=code, period=when, value=value, count=count)
