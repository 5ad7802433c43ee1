"""JSON of figures: the list, and writing some, all of them or none."""

from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Float, Integer, List, Nested, String
from apiflask.validators import Length, Range
from flask import Response, jsonify

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.performance.actions import figures as actions
from lms.performance.api.room import bp
from lms.performance.queries import kpis as reading
from lms.performance.rules import kpi_values
from lms.performance.rules.kpi_sheet import Entry, Known, Refused
from lms.performance.rules.periods import Grain, period
from lms.web.api import MOST, RESPONSES, page, refusals
from lms.web.auth import current_actor, requires

MOST_ITEMS = 5_000
SOURCE = "api"


class FigureIn(Schema):
    employee_no = String(required=True, validate=Length(min=1, max=40))
    period = String(required=True, validate=Length(min=1, max=40), metadata={"example": "2026-10"})
    metric = String(required=True, validate=Length(min=1, max=40), metadata={"description": "its code"})
    value = Float(required=True, allow_nan=False, metadata={"description": "in the metric's unit; percent 0–100"})
    count = Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=Range(min=-MOST, max=MOST),
        metadata={"description": "on how many cases it rests"},
    )


class FiguresIn(Schema):
    items = List(Nested(FigureIn), required=True, validate=Length(min=1, max=MOST_ITEMS))


class FiguresDone(Schema):
    new = Integer(required=True)
    changed = Integer(required=True, metadata={"description": "what they were before is kept"})
    unchanged = Integer(required=True)


class FigureOut(Schema):
    employee_no = String(required=True)
    period = String(required=True)
    metric = String(required=True)
    value = Float(required=True)
    count = Integer(required=True, allow_none=True)


class FiguresOut(Schema):
    items = List(Nested(FigureOut), required=True)
    next = String(required=True, allow_none=True)


class FiguresAsked(Schema):
    period = String(load_default="", validate=Length(max=40))
    metric = String(load_default="", validate=Length(max=40))
    employee_no = String(load_default="", validate=Length(max=40))
    after = String(load_default="", validate=Length(max=140), metadata={"description": "`next` of the page before"})
    limit = Integer(load_default=500, validate=Range(min=1, max=5_000))


LIST: dict[int | str, Any] = {
    200: {"description": "as they were given", "content": {"application/json": {"schema": FiguresOut}}},
    422: RESPONSES[422],
}


@bp.get("/kpis")
@requires(Permission.KPI_READ)
@bp.input(FiguresAsked, location="query", arg_name="asked")
@bp.doc(summary="Figures of those whom the caller sees, as they were given", responses=LIST)
def figures_list(asked: dict[str, Any]) -> Response:
    wanted = period(asked["period"]) if asked["period"] else None
    found = reading.lines(
        current_actor(),
        period=wanted,
        metric=_plain(asked["metric"]),
        employee_no=_plain(asked["employee_no"]),
        after=_after(asked["after"]),
        limit=asked["limit"] + 1,
    )
    more = found[asked["limit"] :]
    found = found[: asked["limit"]]
    last = found[-1] if more else None
    following = (
        f"{last.metric}~{last.period.grain.value}~{last.period.start.isoformat()}~{last.employee_no}" if last else None
    )
    items = [
        {
            "employee_no": one.employee_no,
            "period": str(one.period),
            "metric": one.metric,
            "value": one.value,
            "count": one.count,
        }
        for one in found
    ]
    return jsonify(page(items, following))


def _plain(written: str) -> str:
    """Return what a database can compare; something that nobody is called for what it can't."""
    return written if written.isprintable() and written.encode("utf-8", "replace").decode() == written else "?"


def _after(cursor: str) -> tuple[str, str, date, str] | None:
    if not cursor:
        return None
    wrong = text("after 请用上一页的 next。")
    parts = cursor.split("~", 3)
    if len(parts) != 4 or not all(part.isprintable() for part in parts) or parts[1] not in set(Grain):
        raise Invalid(wrong, fields={"after": wrong})
    try:
        return _plain(parts[0]), parts[1], date.fromisoformat(parts[2]), _plain(parts[3])
    except ValueError as error:
        raise Invalid(wrong, fields={"after": wrong}) from error


@bp.post("/kpis")
@requires(Permission.KPI_IMPORT)
@bp.input(FiguresIn, arg_name="body")
@bp.output(FiguresDone)
@bp.doc(summary="Write figures, all of them or none", responses=refusals(413, 422))
def figures_write(body: dict[str, Any]) -> dict[str, Any]:
    """What is there already and another is corrected; what it was is kept."""
    actor = current_actor()
    with transaction():
        plan = actions.apply_entries(actor, _entries(body["items"], actions.known(actor)), source=SOURCE, name="")
    if plan.refused_total:
        reasons: dict[str, Text] = {}
        for each in plan.refused:
            what = each.what if isinstance(each.what, str) else "metric"
            reasons.setdefault(f"items.{each.line - 1}.{what}", each.reason)
        raise Invalid(text("有 %(n)s 处不对，什么也没有写。", n=plan.refused_total), fields=reasons)
    return {"new": plan.new, "changed": plan.changed, "unchanged": plan.unchanged}


def _entries(items: list[dict[str, Any]], known: Known) -> list[Entry | Refused]:
    """Return what each item gives, or every reason why it can't be taken; line: its place from 1."""
    found: list[Entry | Refused] = []
    for line, item in enumerate(items, start=1):
        wrong: list[tuple[str, Text]] = []
        number = item["employee_no"]
        person_id = known.people.get(kpi_values.login_of(number))
        if person_id is None:
            wrong.append(("employee_no", text("没有这个工号的人，或者不在您的团队里。")))
        metric = known.metrics.get(item["metric"])
        if metric is None:
            wrong.append(("metric", text("没有这个指标。")))
        when, value, count = None, 0.0, item["count"]
        try:
            when = kpi_values.when(item["period"], known.today)
        except Invalid as error:
            wrong.append(("period", error.message))
        try:
            value = kpi_values.checked(item["value"], metric) if metric is not None else 0.0
        except Invalid as error:
            wrong.append(("value", error.message))
        try:
            count = None if count is None else kpi_values.checked_count(count)
        except Invalid as error:
            wrong.append(("count", error.message))
        if wrong or when is None or person_id is None:
            found += [Refused(line=line, employee_no="", what=what, reason=reason) for what, reason in wrong]
            continue
        found.append(
            Entry(line=line, person_id=person_id, metric=item["metric"], period=when, value=value, count=count)
        )
    return found
