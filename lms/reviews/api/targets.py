"""Targets of a year, read and set, and `GET /peak-reviews`: what a year is to bring and what the peaks taught."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from flask import jsonify
from werkzeug.wrappers import Response

from lms.accounts.queries import Named
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text
from lms.performance.queries.figures import metrics
from lms.performance.rules.periods import Grain, Period
from lms.reviews.actions import targets as acts
from lms.reviews.actions.targets import LONGEST_WHY, Wanted
from lms.reviews.actions.targets import MOST as LARGEST
from lms.reviews.api.room import bp
from lms.reviews.queries import peaks, targets
from lms.reviews.queries.peaks import Row
from lms.reviews.queries.targets import Line
from lms.reviews.rules.peaks import Compared
from lms.reviews.rules.targets import FIRST_YEAR, LAST_YEAR, Way
from lms.reviews.target_forms import month_of
from lms.reviews.views.peaks import said
from lms.web.api import MOST, page, refusals
from lms.web.auth import current_actor, requires


class TargetsQuery(Schema):
    year = Integer(load_default=None, validate=Range(min=FIRST_YEAR, max=LAST_YEAR))
    team = String(load_default="", validate=Length(max=40), metadata={"description": "code; the first one without"})


class TargetLine(Schema):
    """state: reached, on_track, behind, too_few, no_figures. way: relative, points, value. version: 0 = usual."""

    metric = String(required=True)
    version = Integer(required=True)
    way = String(required=True)
    amount = Float(required=True)
    base = Float(required=True, allow_none=True)
    base_from = Date(required=True)
    base_until = Date(required=True, metadata={"description": "the first day after"})
    target = Float(required=True, allow_none=True)
    now = Float(required=True, allow_none=True)
    state = String(required=True)
    forecast = Dict(keys=String(), required=True, allow_none=True)
    months = List(Dict(keys=String()), required=True)


class TargetsBody(Schema):
    items = List(Nested(TargetLine), required=True)
    next = String(required=True, allow_none=True)


class TargetIn(Schema):
    year = Integer(required=True, strict=True, validate=Range(min=FIRST_YEAR, max=LAST_YEAR))
    team = String(required=True, validate=Length(max=40), metadata={"description": "code; teams below count too"})
    metric = String(required=True, validate=Length(max=40), metadata={"description": "its code"})
    way = String(required=True, validate=OneOf([way.value for way in Way]))
    amount = Float(
        required=True, validate=Range(min=-LARGEST, max=LARGEST), metadata={"description": "of the way, signed"}
    )
    base_from = String(required=True, validate=Length(max=20), metadata={"example": "2025-01"})
    base_until = String(
        required=True, validate=Length(max=20), metadata={"example": "2025-12", "description": "included"}
    )
    active = Boolean(load_default=True, metadata={"description": "false: no target any more"})
    why = String(load_default="", validate=Length(max=LONGEST_WHY))
    version = Integer(
        load_default=0,
        strict=True,
        validate=Range(min=0, max=MOST),
        metadata={"description": "the one that was seen; 0 where none was set"},
    )


class TargetSet(Schema):
    version = Integer(required=True)


class PeakLine(Schema):
    """state: open, closed."""

    id = String(required=True)
    name = String(required=True)
    team = String(required=True)
    starts_on = Date(required=True)
    ends_on = Date(required=True)
    look_on = Date(required=True)
    state = String(required=True)
    version = Integer(required=True, metadata={"description": "what a change names as the one that was seen"})


class PeaksBody(Schema):
    items = List(Nested(PeakLine), required=True)
    next = String(required=True, allow_none=True)


class PeakBody(PeakLine):
    paragraph = String(required=True, metadata={"description": "to forward; it names nobody"})
    figures = List(Dict(keys=String()), required=True)
    findings = List(Dict(keys=String()), required=True)
    measures = List(Dict(keys=String()), required=True)


@bp.get("/targets")
@requires(Permission.TARGET_READ)
@bp.input(TargetsQuery, location="query", arg_name="asked")
@bp.output(TargetsBody)
@bp.doc(summary="Targets of a team's year, with progress and forecast", responses=refusals(404))
def year_targets(asked: dict[str, Any]) -> Response:
    seen = targets.teams(current_actor())
    team = next((each for each in seen if not asked["team"] or each.code == asked["team"]), None)
    if team is None:
        raise NotFound()
    return jsonify(page([_line(line) for line in targets.lines(team.id, asked["year"] or today().year)], None))


@bp.put("/targets")
@requires(Permission.TARGET_EDIT)
@bp.input(TargetIn, arg_name="body")
@bp.output(TargetSet)
@bp.doc(summary="Set a target of a team's year; what it was before is kept", responses=refusals(409, 422))
def put_target(body: dict[str, Any]) -> dict[str, Any]:
    actor, named = current_actor(), Named()
    team_id = named.team(body["team"], among=targets.teams(actor, Permission.TARGET_EDIT))
    if body["metric"] not in metrics():
        named.wrong["metric"] = text("没有这个指标。")
    months = {name: _month(body[name], name, named) for name in ("base_from", "base_until")}
    named.check()
    wanted = Wanted(
        way=Way(body["way"]),
        amount=body["amount"],
        base_from=months["base_from"].start,
        base_until=months["base_until"].until,
        active=body["active"],
        why=body["why"],
        version=body["version"],
    )
    with transaction():
        return {"version": acts.set_target(actor, body["year"], team_id, body["metric"], wanted)}


def _month(written: str, field: str, named: Named) -> Period:
    """Return a month; what is none is refused with the rest."""
    try:
        return Period(Grain.MONTH, month_of(written))
    except Invalid:
        named.wrong[field] = text("写成 2026-01 这样的年月。")
        return Period(Grain.MONTH, today().replace(day=1))


@bp.get("/peak-reviews")
@requires(Permission.TARGET_READ)
@bp.output(PeaksBody)
@bp.doc(summary="Reviews of peaks, the latest first")
def peak_reviews() -> dict[str, Any]:
    return page([_row(row) for row in peaks.reviews(current_actor())], None)


@bp.get("/peak-reviews/<peak_id>")
@requires(Permission.TARGET_READ)
@bp.output(PeakBody)
@bp.doc(summary="One review of a peak: figures, findings, measures, the paragraph to forward")
def peak_review(peak_id: str) -> dict[str, Any]:
    return peak_body(peak_id)


def peak_body(peak_id: str) -> dict[str, Any]:
    """Return a review as the calls show it. Raises NotFound where it is not the caller's."""
    row = peaks.review(current_actor(), peak_id)
    found = peaks.whole(row)
    return {
        **_row(row),
        "paragraph": said(found),
        "figures": [_figure(each) for each in found.figures],
        "findings": [
            {
                "id": each.public_id,
                "title": each.title,
                "text": each.text,
                "from": each.from_on.isoformat(),
                "until": each.until_on.isoformat(),
                "figures": [_figure(figure) for figure in each.figures],
            }
            for each in found.findings
        ],
        "measures": [
            {
                "id": each.measure.public_id,
                "text": each.measure.text,
                "owner": each.measure.owner_no,
                "due_on": each.measure.due_on.isoformat(),
                "check_on": each.measure.check_on.isoformat() if each.measure.check_on else None,
                "state": each.measure.state.value,
                "metric": each.metric.code if each.metric else None,
                "goal": each.goal,
                "before": _round(each.before.value if each.before else None),
                "after": _round(each.after.value if each.after else None),
            }
            for each in found.measures
        ],
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "team": row.team,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "look_on": row.look_on,
        "state": row.state,
        "version": row.version,
    }


def _figure(each: Compared) -> dict[str, Any]:
    return {
        "metric": each.metric.code,
        "then": _round(each.then.value if each.then else None),
        "usual": _round(each.usual.value if each.usual else None),
    }


def _line(line: Line) -> dict[str, Any]:
    setting, end = line.setting, line.expected
    return {
        "metric": line.metric.code,
        "version": setting.version,
        "way": setting.way.value,
        "amount": setting.amount,
        "base": _round(setting.base),
        "base_from": setting.base_from.isoformat(),
        "base_until": setting.base_until.isoformat(),
        "target": _round(line.goal.value if line.goal else None),
        "now": _round(line.latest.reached.value if line.latest else None),
        "state": line.state.value,
        "forecast": {"value": _round(end.value), "low": _round(end.low), "high": _round(end.high)} if end else None,
        "months": [
            {
                "month": f"{month.start:%Y-%m}",
                "value": _round(month.reached.value),
                "people": month.reached.people,
                "over": month.is_over,
            }
            for month in line.months
        ],
    }
