"""JSON of what is measured: the metrics, built in or the company's own."""

from collections.abc import Mapping
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Float, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp

from lms.accounts.queries import Named, team_tree, teams_within
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.performance import models
from lms.performance.actions import metrics as acts
from lms.performance.api.room import bp
from lms.performance.queries.figures import metrics
from lms.performance.queries.metrics import rows
from lms.performance.rules.kpi_metrics import BY_CODE, CODE, LONGEST_NAME, LONGEST_SYNONYM, MOST_SYNONYMS, Draft
from lms.performance.rules.metrics import Direction, Metric, Unit
from lms.web.api import fields_named, page, refusals
from lms.web.auth import current_actor, requires

LARGEST = 1_000_000_000.0
UNITS, DIRECTIONS = [str(unit.value) for unit in Unit], [str(way.value) for way in Direction]


def _line(words: str) -> Float:
    return Float(
        load_default=None,
        allow_none=True,
        validate=Range(min=-LARGEST, max=LARGEST),
        metadata={"description": words},
    )


class MetricChange(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    name_en = String(load_default="", validate=Length(max=LONGEST_NAME))
    direction = String(required=True, validate=OneOf(DIRECTIONS), metadata={"description": "which way is better"})
    low = _line("the least that a value can be; null: open")
    high = _line("the most")
    red_line = _line("beyond it on the bad side is red; null: none")
    team_red_lines = Dict(
        keys=String(validate=Length(max=40)),
        values=Float(validate=Range(min=-LARGEST, max=LARGEST)),
        load_default=dict,
        validate=Length(max=500),
        metadata={"description": "by code of a team, its own red line"},
    )
    synonyms = List(
        String(validate=Length(max=LONGEST_SYNONYM)),
        load_default=list,
        validate=Length(max=MOST_SYNONYMS),
        metadata={"description": "titles of columns that mean it"},
    )


class MetricIn(MetricChange):
    code = String(required=True, validate=Regexp(f"^{CODE.pattern}$"))
    unit = String(required=True, validate=OneOf(UNITS))


class MetricOut(Schema):
    code = String(required=True)
    name = String(required=True)
    name_en = String(required=True, metadata={"description": "empty: as it came, or the same"})
    unit = String(required=True, metadata={"enum": UNITS})
    direction = String(required=True, metadata={"enum": DIRECTIONS})
    low = Float(required=True, allow_none=True)
    high = Float(required=True, allow_none=True)
    red_line = Float(required=True, allow_none=True)
    team_red_lines = Dict(keys=String(), values=Float(), required=True)
    synonyms = List(String(), required=True)
    built_in = Boolean(required=True)
    in_use = Boolean(required=True)


class MetricAnswer(MetricOut):
    """One metric by itself."""


class MetricList(Schema):
    items = List(Nested(MetricOut), required=True)
    next = String(required=True, allow_none=True)


class MetricAct(Schema):
    act = String(
        required=True,
        validate=OneOf(["off", "on", "reset"]),
        metadata={"description": "out of use, back, or let a built-in one be as it came"},
    )


@bp.get("/metrics")
@requires(Permission.KPI_READ)
@bp.output(MetricList)
@bp.doc(summary="What is measured, in use or not")
def metric_list() -> dict[str, Any]:
    return page(list(_every().values()), None)


@bp.post("/metrics")
@requires(Permission.METRIC_EDIT)
@bp.input(MetricIn, arg_name="body")
@bp.output(MetricAnswer, status_code=201)
@bp.doc(summary="Measure something of the company's own", responses=refusals(409, 422))
def make_metric(body: dict[str, Any]) -> dict[str, Any]:
    draft = _draft(body, Unit(body["unit"]))
    with fields_named(_of_the_body), transaction():
        return _metric(acts.add(current_actor(), body["code"], draft))


@bp.put("/metrics/<metric_code>")
@requires(Permission.METRIC_EDIT)
@bp.input(MetricChange, arg_name="body")
@bp.output(MetricAnswer)
@bp.doc(summary="Change a metric; its unit stays", responses=refusals(404, 422))
def change_metric(metric_code: str, body: dict[str, Any]) -> dict[str, Any]:
    known = metrics(every=True).get(metric_code)
    if known is None:
        raise NotFound()
    draft = _draft(body, known.unit)
    with fields_named(_of_the_body), transaction():
        acts.change(current_actor(), metric_code, draft)
        return _metric(metric_code)


@bp.post("/metrics/<metric_code>")
@requires(Permission.METRIC_EDIT)
@bp.input(MetricAct, arg_name="body")
@bp.output(MetricAnswer)
@bp.doc(summary="Put a metric out of use, take it back, or let it be as it came", responses=refusals(404, 422))
def act_on_metric(metric_code: str, body: dict[str, Any]) -> dict[str, Any]:
    if metric_code not in metrics(every=True):
        raise NotFound()
    with transaction():
        if body["act"] == "reset":
            acts.reset(current_actor(), metric_code)
        else:
            acts.set_use(current_actor(), metric_code, active=body["act"] == "on")
        return _metric(metric_code)


def _draft(body: dict[str, Any], unit: Unit) -> Draft:
    named, teams = Named(), teams_within(current_actor(), Permission.METRIC_EDIT)
    lines = [(named.team(code, "team_red_lines", teams), line) for code, line in body["team_red_lines"].items()]
    named.check()
    return Draft(
        name=body["name"],
        name_en=body["name_en"],
        unit=unit,
        direction=Direction(body["direction"]),
        low=body["low"],
        high=body["high"],
        red_line=body["red_line"],
        team_red_lines=tuple(lines),
        synonyms=tuple(body["synonyms"]),
    )


def _of_the_body(field: str) -> str:
    return "team_red_lines" if field.startswith("red-") else field  # the page has a field for each team


def _metric(code: str) -> dict[str, Any]:
    return _every()[code]


def _every() -> dict[str, dict[str, Any]]:
    """Return every metric by its code, three statements for all."""
    kept, codes = rows(), {team.id: team.code for team in team_tree()}
    return {code: _shown(code, metric, kept.get(code), codes) for code, metric in metrics(every=True).items()}


def _shown(code: str, metric: Metric, row: models.Metric | None, codes: Mapping[int, str]) -> dict[str, Any]:
    return {
        "code": code,
        "name": row.name if row else metric.name.id,
        "name_en": row.name_en if row else "",
        "unit": metric.unit.value,
        "direction": metric.direction.value,
        "low": metric.low,
        "high": metric.high,
        "red_line": metric.red_line,
        "team_red_lines": {codes[team]: line for team, line in metric.team_red_lines if team in codes},
        "synonyms": list(row.synonyms if row else metric.synonyms),
        "built_in": code in BY_CODE,
        "in_use": metric.in_use,
    }
