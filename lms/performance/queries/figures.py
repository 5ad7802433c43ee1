"""Reading figures: which metrics there are, and the values of people in periods."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from lms.accounts.queries.calendar import team_paths
from lms.core.db import rows
from lms.core.i18n import current_locale
from lms.core.texts import Text
from lms.performance.models import KpiValue
from lms.performance.models import Metric as MetricRow
from lms.performance.rules.folding import FINER, cover, fold
from lms.performance.rules.metrics import BUILT_IN, Direction, Metric, Unit
from lms.performance.rules.periods import Grain, Period

FETCHED = 5_000
"""Rows that are fetched at a time."""
MOST_NAMED = 500
"""Up to so many people are named in a statement; of more, all rows are read and the others' are left."""

_GRAINS = {grain.value: grain for grain in Grain}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one person reached in one period. count: on how many cases it rests; None = not told."""

    person_id: int
    metric: str
    period: Period
    value: float
    count: int | None


_METRICS = select(*MetricRow.__table__.c).order_by(MetricRow.id)


def metrics(*, every: bool = False) -> dict[str, Metric]:
    """Return what is measured, by code: the built-in metrics, changed where the company changed them, then its own.

    every: also those put out of use. Names given by the company are in the language of this request.
    """
    english = current_locale() == "en"
    found = {metric.code: metric for metric in BUILT_IN}
    for row in rows(_METRICS):
        if not row.active and not every:
            found.pop(row.code, None)
            continue
        given = (row.name_en if english else "") or row.name
        same = found.get(row.code)
        found[row.code] = Metric(
            code=row.code,
            name=same.name if same is not None and given == str(same.name) else Text(given),
            unit=Unit(row.unit),
            direction=Direction(row.direction),
            low=row.low,
            high=row.high,
            red_line=row.red_line,
            team_red_lines=tuple((int(team), line) for team, line in row.team_red_lines.items()),
            synonyms=tuple(row.synonyms),
            in_use=row.active,
        )
    return found


def red_lines(measured: Iterable[Metric]) -> Callable[[Metric, int | None], Metric]:
    """Return what gives a metric the red line that holds in a team: its own, that of one above it, else the metric's.

    Asks nothing where no team has a line of its own.
    """
    path = team_paths() if any(metric.team_red_lines for metric in measured) else None
    return lambda metric, team_id: metric if path is None or team_id is None else metric.for_teams(path(team_id))


def figures(
    person_ids: Collection[int] | None,
    codes: Collection[str] | None,
    start: date,
    until: date,
    grain: Grain | None = None,
) -> list[Figure]:
    """Return the rows whose first day is from `start` to before `until`, oldest first. None = of all, of each.

    Rows as they were given: nothing is folded.
    """
    wanted = [KpiValue.start >= start, KpiValue.start < until]
    if grain is not None:
        wanted.append(KpiValue.grain == grain)
    return [
        Figure(
            person_id=row.person_id,
            metric=row.metric,
            period=Period(Grain(row.grain), row.start),
            value=row.value,
            count=row.n,
        )
        for row in _read(wanted, codes, person_ids)
    ]


def of_period(
    codes: Collection[str] | None, period: Period, person_ids: Collection[int] | None = None
) -> dict[tuple[int, str], Figure]:
    """Return the figures of a period by person and metric. None = of all, of each.

    The row of exactly that period wins. Else it is folded of the months in it, the weeks and days where those leave
    days open (rules.folding): means weighted with their counts, numbers added up. Folded values have nine decimals.
    """
    known = metrics(every=True)
    within = [
        and_(
            KpiValue.grain == grain,
            KpiValue.start >= period.start,
            KpiValue.start <= (period.last - timedelta(days=6) if grain is Grain.WEEK else period.last),
        )
        for grain in FINER[period.grain]
    ]
    exactly = and_(KpiValue.grain == period.grain, KpiValue.start == period.start)
    found: dict[tuple[int, str], Figure] = {}
    parts: dict[tuple[int, str], list[tuple[Grain, date, float, int | None]]] = defaultdict(list)
    for person_id, code, grain, start, value, n in _read([or_(exactly, *within)], codes, person_ids):
        key = (person_id, code)
        if grain == period.grain:
            found[key] = Figure(person_id=person_id, metric=code, period=period, value=value, count=n)
        elif key not in found:
            parts[key].append((_GRAINS[grain], start, value, n))
    for key, held in parts.items():
        if key in found:
            continue
        taken = cover(held, period)
        value, count = fold(taken, is_mean=key[1] not in known or known[key[1]].is_mean)
        found[key] = Figure(person_id=key[0], metric=key[1], period=period, value=round(value, 9), count=count)
    return found


def _read(
    wanted: list[ColumnElement[bool]], codes: Collection[str] | None, person_ids: Collection[int] | None
) -> Iterator[Any]:
    statement = select(  # `count` is a method of a row
        KpiValue.person_id, KpiValue.metric, KpiValue.grain, KpiValue.start, KpiValue.value, KpiValue.count.label("n")
    ).where(*wanted)
    if codes is not None:
        statement = statement.where(KpiValue.metric.in_(list(codes)))
    among = None if person_ids is None else frozenset(person_ids)
    if among is not None and len(among) <= MOST_NAMED:
        statement = statement.where(KpiValue.person_id.in_(among))
        among = None
    # Some thousand at a time: one by one, a hundred thousand rows cost as much again to fetch.
    for some in rows(statement.order_by(KpiValue.start, KpiValue.person_id, KpiValue.metric)).partitions(FETCHED):
        yield from some if among is None else [row for row in some if row.person_id in among]
