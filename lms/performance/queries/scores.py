"""Reading composites as they were computed: the latest of a person and period, those of many people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.performance.models import CompositeSnapshot, Formula
from lms.performance.queries.figures import metrics
from lms.performance.rules.formulas import COMPETENCY, KPI, QUALITY, TRAINING
from lms.performance.rules.metrics import Metric

MOST_NAMED = 500

SOURCE_WORDS: dict[str, Text] = {TRAINING: text("培训"), QUALITY: text("质检得分"), COMPETENCY: text("能力项")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of 得分构成: rules.composite.Part with its name. code: its source. contribution: points."""

    code: str
    name: str
    weight: float
    asked_weight: float
    raw: float | None
    adjusted: float | None
    mean: float | None
    normalised: float | None
    raw_normalised: float | None
    n: int | None
    contribution: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The composite of a person in a period. total: two decimals, None = nothing known; formula: its name.

    unannounced: the person had not confirmed the formula before the period (未公示).
    """

    person_id: int
    period: str
    total: float | None
    raw_total: float | None
    parts: tuple[Part, ...]
    formula: str
    version: int
    formula_id: str
    unannounced: bool
    at: datetime
    final: bool


_COLUMNS = select(*CompositeSnapshot.__table__.c, Formula.name, Formula.version, Formula.public_id).join(
    Formula, Formula.id == CompositeSnapshot.formula_id
)
_LATEST = (
    _COLUMNS.where(
        CompositeSnapshot.person_id == bindparam("person_id"), CompositeSnapshot.period == bindparam("period")
    )
    .order_by(CompositeSnapshot.id.desc())
    .limit(1)
)


def latest(person_id: int, period: str, measured: Mapping[str, Metric] | None = None) -> Scored | None:
    """Return the composite that holds now, None where none was computed. measured: every metric, where known."""
    row = rows(_LATEST, {"person_id": person_id, "period": period}).one_or_none()
    if row is None:
        return None
    return scored_of(row, source_names(metrics(every=True) if measured is None else measured))


def of_period(period: str, person_ids: Collection[int] | None = None) -> dict[int, Scored]:
    """Return the composites that hold now, by person. None = of everybody."""
    named = source_names(metrics(every=True))
    return {row.person_id: scored_of(row, named) for row in rows(_held(period, person_ids))}


def totals(period: str, person_ids: Collection[int] | None = None) -> dict[int, float]:
    """Return just the totals, by person; who has none is missing."""
    return {row.person_id: row.total for row in rows(_held(period, person_ids)) if row.total is not None}


def history(person_id: int, most: int = 8) -> list[Scored]:
    """Return the composites of somebody's periods, the latest first."""
    newest = select(func.max(CompositeSnapshot.id)).where(CompositeSnapshot.person_id == person_id)
    statement = (
        _COLUMNS.where(CompositeSnapshot.id.in_(newest.group_by(CompositeSnapshot.period)))
        .order_by(CompositeSnapshot.period.desc())
        .limit(most)
    )
    named = source_names(metrics(every=True))
    return [scored_of(row, named) for row in rows(statement)]


def periods() -> list[str]:
    """Return the periods of which there are composites, the latest first."""
    found = select(CompositeSnapshot.period).distinct().order_by(CompositeSnapshot.period.desc())
    return [row.period for row in rows(found)]


def people_of(actor: Actor, q: str = "", team_id: int | None = None) -> dict[int, Row[Any]]:
    """Return id, employee_no, name and team of whose scores the actor may see, by id. q: part of name or number."""
    statement = (
        select(Person.id, Person.employee_no, Person.name, Team.name.label("team"))
        .outerjoin(Team, Team.id == Person.team_id)
        .where(visible(actor, Permission.PROFILE_READ), Person.erased_at.is_(None))
        .order_by(Person.employee_no)
    )
    if q:
        statement = statement.where(Person.name.contains(q, autoescape=True) | (Person.employee_no == q.upper()))
    if team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([team_id])))
    return {row.id: row for row in rows(statement)}


def source_names(measured: Mapping[str, Metric]) -> dict[str, str]:
    """Return what the sources of parts are called in the reader's language."""
    found = {source: say(words) for source, words in SOURCE_WORDS.items()}
    return found | {f"{KPI}{code}": say(metric.name) for code, metric in measured.items()}


def _held(period: str, person_ids: Collection[int] | None) -> Select[Any]:
    newest = select(func.max(CompositeSnapshot.id)).where(CompositeSnapshot.period == period)
    if person_ids is not None and len(person_ids) <= MOST_NAMED:
        newest = newest.where(CompositeSnapshot.person_id.in_(list(person_ids)))
    found = _COLUMNS.where(CompositeSnapshot.id.in_(newest.group_by(CompositeSnapshot.person_id)))
    if person_ids is not None and len(person_ids) > MOST_NAMED:
        found = found.where(CompositeSnapshot.person_id.in_(list(person_ids)))
    return found


def scored_of(row: Row[Any], named: Mapping[str, str]) -> Scored:
    """Return a row of the snapshots with its formula as what pages show."""
    return Scored(
        person_id=row.person_id,
        period=row.period,
        total=row.total,
        raw_total=row.raw_total,
        parts=parts_of(row.parts, named),
        formula=row.name,
        version=row.version,
        formula_id=row.public_id,
        unannounced=row.unannounced,
        at=row.at,
        final=row.final,
    )


def parts_of(stored: Sequence[Mapping[str, Any]], named: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(
        Part(
            code=part["source"],
            name=named.get(part["source"], part["source"]),
            weight=part["weight"],
            asked_weight=part["asked_weight"],
            raw=part["raw"],
            adjusted=part["adjusted"],
            mean=part["mean"],
            normalised=part["normalised"],
            raw_normalised=part["raw_normalised"],
            n=part["n"],
            contribution=part["points"],
        )
        for part in stored
    )


def points_of(scored: Scored) -> dict[str, float]:
    """Return the points of each part that is known, by source."""
    return {part.code: part.contribution for part in scored.parts if part.contribution is not None}
