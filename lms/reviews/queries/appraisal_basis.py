"""What an appraisal rests on, as the data stands now: composite score, figures, competencies, inspections, goals."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from lms.core import clock
from lms.core.db import rows
from lms.performance.actions import scoring
from lms.performance.queries import competencies, figures, formulas, inspections, scores
from lms.performance.rules.formulas import KPI
from lms.performance.rules.metrics import Metric
from lms.performance.rules.periods import Grain, Period, period
from lms.reviews.models import Goal
from lms.reviews.rules.freezing import named_formula, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Everything as JSON would have it. composite: None where no formula gave one for the period.

    figures: [{"metric", "name", "unit", "value", "count"}]. inspections: {"score", "n"}, None without any.
    """

    composite: Mapping[str, Any] | None
    figures: Sequence[Mapping[str, Any]]
    competencies: Sequence[Mapping[str, Any]]
    inspections: Mapping[str, Any] | None
    goals: Sequence[Mapping[str, Any]]
    earlier_goals: Sequence[Mapping[str, Any]]

    @property
    def total(self) -> float | None:
        return self.composite["total"] if self.composite else None

    @property
    def formula(self) -> str:
        """Return name and version of the formula, "" without a composite."""
        return named_formula(self.composite)

    @property
    def values(self) -> dict[str, float | None]:
        """Return the figures by metric."""
        return {each["metric"]: each["value"] for each in self.figures}


def bases(person_ids: Collection[int], written: str, *, anew: bool = False) -> dict[int, Basis]:
    """Return what the appraisals of these people in a period ("2026Q3") rest on, in a handful of statements.

    anew: composites of quarters are counted now, by the formula in force, also where the kept ones are final.
    """
    span = period(written)
    ids = sorted(person_ids)
    if not ids:
        return {}
    known = figures.metrics(every=True)
    measured: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for (person_id, code), figure in sorted(figures.of_period(None, span, ids).items()):
        measured[person_id].append(
            {
                "metric": code,
                "name": known[code].name.id if code in known else code,
                "unit": known[code].unit.value if code in known else "",
                "value": figure.value,
                "count": figure.count,
            }
        )
    scored: dict[int, scores.Scored] = scores.of_period(str(span), ids)
    if anew and span.grain is Grain.QUARTER:
        scored |= _counted(span, ids, known)
    shown = competencies.levels(ids)
    inspected = inspections.quality_of_period(span, ids)
    goals = _goals(ids, {written, str(span.before)})
    return {
        person_id: Basis(
            composite=_composite(scored.get(person_id), known),
            figures=measured[person_id],
            competencies=[
                {
                    "code": each.code,
                    "name": each.name,
                    "level": each.level,
                    "evidence": len(each.evidence),
                    "as_of": plain(each.as_of),
                    "fresh": each.fresh,
                }
                for each in shown.get(person_id, ())
                if each.level
            ],
            inspections=(
                {"score": round(inspected[person_id][0], 2), "n": inspected[person_id][1]}
                if person_id in inspected
                else None
            ),
            goals=goals.get((person_id, written), []),
            earlier_goals=goals.get((person_id, str(span.before)), []),
        )
        for person_id in ids
    }


def _counted(span: Period, ids: Sequence[int], known: Mapping[str, Metric]) -> dict[int, scores.Scored]:
    """Return the composites as today's data makes them; none where no formula is in force."""
    formula = formulas.in_force(span)
    if formula is None:
        return {}
    named = scores.source_names(known)
    return {
        person_id: scores.Scored(
            person_id=person_id,
            period=str(span),
            total=found.total,
            raw_total=found.raw_total,
            parts=scores.parts_of([asdict(part) for part in found.parts], named),
            formula=formula.name,
            version=formula.version,
            formula_id=formula.public_id,
            unannounced=False,
            at=clock.now(),
            final=False,
        )
        for person_id, found in scoring.reckon(formula.spec, span, known, ids).items()
        if person_id in ids
    }


def _composite(found: scores.Scored | None, known: Mapping[str, Metric]) -> dict[str, Any] | None:
    """Return a composite as JSON. Its parts are named in Chinese, as everything frozen is; pages translate them."""
    if found is None:
        return None
    written: dict[str, Any] = plain(found)
    for part in written["parts"]:
        code = part["code"].removeprefix(KPI)
        if part["code"].startswith(KPI) and code in known:
            part["name"] = known[code].name.id
        elif part["code"] in scores.SOURCE_WORDS:
            part["name"] = scores.SOURCE_WORDS[part["code"]].id
    del written["person_id"]
    return written


def _goals(ids: Sequence[int], periods: Collection[str]) -> dict[tuple[int, str], list[dict[str, Any]]]:
    found: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    statement = select(*Goal.__table__.c).where(
        Goal.person_id.in_(ids), Goal.period.in_(periods), Goal.state != "dropped"
    )
    for each in rows(statement.order_by(Goal.due_on, Goal.id)):
        found[each.person_id, each.period].append(
            {
                "id": each.public_id,
                "text": each.text,
                "measure": each.measure,
                "due_on": each.due_on.isoformat(),
                "state": each.state,
                "result": each.result,
            }
        )
    return found


def last_day(written: str) -> date:
    """Return the last day of a period. Raises Invalid for what is none."""
    found: Period = period(written)
    return found.last
