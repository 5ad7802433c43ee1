"""What is measured is changed: an own metric, or another direction, red line or name of a built-in one."""

from sqlalchemy import delete, select

from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session, upsert
from lms.core.errors import Conflict, NotFound
from lms.core.texts import text
from lms.performance.models import Metric as MetricRow
from lms.performance.queries.figures import metrics
from lms.performance.rules.kpi_metrics import BY_CODE, Draft, checked

MOST_OWN = 200
"""Metrics that a company can have of its own."""


def add(actor: Actor, code: str, draft: Draft) -> str:
    """Add an own metric and return its code. code: "" = one is made. Raises Invalid; Conflict where it is there."""
    there = metrics(every=True)
    if len(there) - len(BY_CODE) >= MOST_OWN:
        raise Conflict(text("自己的指标最多 %(n)s 个。", n=MOST_OWN))
    if not code:
        code = next(f"own_{number}" for number in range(1, MOST_OWN + 2) if f"own_{number}" not in there)
    if code in there:
        raise Conflict(text("已经有这个代码的指标。"), fields={"code": text("已经有这个代码的指标。")})
    _save(actor, code, checked(code, draft, there), "metric.added")
    return code


def change(actor: Actor, code: str, draft: Draft) -> None:
    """Change a metric; its unit stays, because the figures that are there have it. Raises NotFound, Invalid."""
    there = metrics(every=True)
    if code not in there:
        raise NotFound()
    others = {each: metric for each, metric in there.items() if each != code}
    kept = Draft(
        name=draft.name,
        name_en=draft.name_en,
        unit=there[code].unit,
        direction=draft.direction,
        low=draft.low,
        high=draft.high,
        red_line=draft.red_line,
        team_red_lines=draft.team_red_lines,
        synonyms=draft.synonyms,
    )
    _save(actor, code, checked(code, kept, others), "metric.changed")


def _save(actor: Actor, code: str, draft: Draft, verb: str) -> None:
    values = {
        "name": draft.name,
        "name_en": draft.name_en,
        "unit": draft.unit.value,
        "direction": draft.direction.value,
        "low": draft.low,
        "high": draft.high,
        "red_line": draft.red_line,
        "team_red_lines": {str(team): line for team, line in draft.team_red_lines},
        "synonyms": list(draft.synonyms),
    }
    upsert(MetricRow, {"code": code}, {**values, "active": True}, values)
    audit(actor.id, verb, "metric", code, after=values)


def set_use(actor: Actor, code: str, *, active: bool) -> None:
    """Put a metric out of use, or back: its figures stay, no page shows it and no file is read for it. NotFound."""
    metric = metrics(every=True).get(code)
    if metric is None:
        raise NotFound()
    row = session().scalars(select(MetricRow).where(MetricRow.code == code)).one_or_none()
    if row is None:
        built_in = BY_CODE[code]
        row = MetricRow(
            code=code,
            name=built_in.name.id,
            unit=built_in.unit.value,
            direction=built_in.direction.value,
            low=built_in.low,
            high=built_in.high,
            red_line=built_in.red_line,
            synonyms=list(built_in.synonyms),
        )
        session().add(row)
    row.active = active
    session().flush()
    audit(actor.id, "metric.used" if active else "metric.unused", "metric", code)


def reset(actor: Actor, code: str) -> None:
    """Let a built-in metric be again as the product has it. Raises NotFound for any other."""
    if code not in BY_CODE:
        raise NotFound()
    session().execute(delete(MetricRow).where(MetricRow.code == code))
    audit(actor.id, "metric.reset", "metric", code)
