"""Targets of a year: what a team's figure is to reach, how far it is, whether it will. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.core.texts import Text, text
from lms.performance.rules.metrics import Direction, Metric, Unit
from lms.performance.rules.periods import Grain, Period, period_of
from lms.reviews.rules.forecast import Forecast, forecast

FIRST_YEAR, LAST_YEAR = 2000, 2100
SHARE_OFFERED = 0.2
"""Where a relative target is impossible, this share of what is left to the best possible value is offered."""


class Way(StrEnum):
    RELATIVE = "relative"  # percent of the base: +20 % of 70 is 84
    POINTS = "points"  # units of the figure: +5 of 70 is 75
    VALUE = "value"  # the value itself


class State(StrEnum):
    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    TOO_FEW = "too_few"  # too few months to say
    NO_FIGURES = "no_figures"  # nothing to compare with, or nothing this year


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is aimed at until somebody says otherwise."""

    metric: str
    amount: float
    way: Way = Way.RELATIVE


USUAL: tuple[Usual, ...] = (
    Usual(metric="csat", amount=20.0),
    Usual(metric="first_response", amount=-30.0),
    Usual(metric="intervention", amount=-15.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is to be reached. wanted: what was asked for; value: that, as far as the figure can go at all."""

    value: float
    wanted: float

    @property
    def is_impossible(self) -> bool:
        return self.value != self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A team's figure over some time. cases: on how many it rests; people: of how many."""

    value: float
    cases: float
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month. is_over: the running one is shown, and foretells nothing."""

    start: date
    reached: Reached
    is_over: bool


def goal_of(way: Way, amount: float, base: float | None, metric: Metric) -> Goal | None:
    """Return what is to be reached; None where there is no base to start from."""
    if way is Way.VALUE:
        wanted = amount
    elif base is None:
        return None
    else:
        wanted = base * (1 + amount / 100) if way is Way.RELATIVE else base + amount
    value = max(wanted, metric.low) if metric.low is not None else wanted
    value = min(value, metric.high) if metric.high is not None else value
    return Goal(value=value, wanted=wanted)


def room(base: float, metric: Metric) -> float | None:
    """Return how far a figure can still get better, at least 0; None where nothing limits it."""
    end = metric.high if metric.direction is Direction.UP else metric.low
    return None if end is None else abs(end - base)


def offered(base: float, metric: Metric) -> float | None:
    """Return the points offered instead of an impossible relative target, signed, one decimal; None without a limit."""
    left = room(base, metric)
    if left is None:
        return None
    points = max(0.1, round(SHARE_OFFERED * left, 1))
    return points if metric.direction is Direction.UP else -points


def is_at(value: float, goal: float, direction: Direction) -> bool:
    """Return whether a value has reached a goal or passed it."""
    return value >= goal - 1e-9 if direction is Direction.UP else value <= goal + 1e-9


def foretold(months: Sequence[Month], metric: Metric) -> Forecast | None:
    """Return what December will be if the months that are over go on as they did; None for too few of them."""
    points = [(float(month.start.month), month.reached.value) for month in months if month.is_over]
    return forecast(points, 12.0, low=metric.low, high=metric.high)


def state_of(months: Sequence[Month], goal: Goal | None, expected: Forecast | None, direction: Direction) -> State:
    """Return how a target stands by the latest month that is over, else by the running one."""
    if goal is None or not months:
        return State.NO_FIGURES
    over = [month for month in months if month.is_over] or list(months)
    if is_at(over[-1].reached.value, goal.value, direction):
        return State.REACHED
    if expected is None:
        return State.TOO_FEW
    return State.ON_TRACK if is_at(expected.value, goal.value, direction) else State.BEHIND


# what a team reached, of rows that are given by day, week or month


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Figures of many people in one period, added up. total: of value × weight (mean) or of values (count)."""

    grain: Grain
    start: date
    total: float
    weight: float
    people: int


ORDER = (Grain.MONTH, Grain.WEEK, Grain.DAY)


def month_of(row: Row) -> date:
    """Return the month to which a row belongs; a week belongs to that of its Thursday, as the ISO year does."""
    day = row.start + timedelta(days=3) if row.grain is Grain.WEEK else row.start
    return period_of(day, Grain.MONTH).start


def by_month(rows: Sequence[Row], *, is_mean: bool) -> dict[date, Reached]:
    """Return what was reached in each month.

    Where figures are given in several ways, those count that tell of most people; of equals the longer period.
    """
    held: dict[date, dict[Grain, list[Row]]] = {}
    for row in rows:
        if row.grain in ORDER:
            held.setdefault(month_of(row), {}).setdefault(row.grain, []).append(row)
    return {month: _best(ways, is_mean=is_mean) for month, ways in sorted(held.items())}


def _best(ways: Mapping[Grain, Sequence[Row]], *, is_mean: bool) -> Reached:
    grain = max(ways, key=lambda each: (max(row.people for row in ways[each]), -ORDER.index(each)))
    return added(ways[grain], is_mean=is_mean)


def added(rows: Sequence[Row], *, is_mean: bool) -> Reached:
    """Return rows that do not overlap as one: the weighted mean, or the sum. rows: at least one."""
    total, weight = sum(row.total for row in rows), sum(row.weight for row in rows)
    people = max(row.people for row in rows)
    if is_mean:
        return Reached(value=total / weight if weight else 0.0, cases=weight, people=people)
    return Reached(value=total, cases=total, people=people)


def mean_of(months: Sequence[Reached], *, is_mean: bool) -> Reached | None:
    """Return the months as one: weighted by their cases, or the mean month of a number that is counted."""
    if not months:
        return None
    people = max(month.people for month in months)
    cases = sum(month.cases for month in months)
    if is_mean and cases:
        return Reached(value=sum(month.value * month.cases for month in months) / cases, cases=cases, people=people)
    return Reached(value=sum(month.value for month in months) / len(months), cases=cases, people=people)


UNITS: dict[Unit, Text] = {
    Unit.PERCENT: Text("%(value)s%%"),
    Unit.SECONDS: text("%(value)s 秒"),
    Unit.HOURS: text("%(value)s 小时"),
    Unit.COUNT: text("%(value)s 个"),
    Unit.SCORE: text("%(value)s 分"),
}


SMALL_SHARE = 5.0
"""Percent below which two decimals are shown."""


def shown(value: float, metric: Metric) -> Text:
    """Return a value with its unit, one decimal at most; of a small share two, or 1.1 and 0.98 look the same."""
    digits = 2 if metric.unit is Unit.PERCENT and abs(value) < SMALL_SHARE else 1
    written = f"{value:.{digits}f}".rstrip("0").removesuffix(".")
    return Text(UNITS[metric.unit].id, {"value": written})


def whole_year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year + 1, 1, 1)


def months_between(start: date, until: date) -> list[Period]:
    """Return the months from that of `start` to before `until`."""
    found, month = [], period_of(start, Grain.MONTH)
    while month.start < until:
        found.append(month)
        month = period_of(month.until, Grain.MONTH)
    return found
