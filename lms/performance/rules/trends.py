"""How figures went over months, and where trainings lie between them, for a picture. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lms.performance.rules.folding import cover, fold
from lms.performance.rules.periods import Grain, Period, period_of

MONTHS = 6
"""So many months stand in a chart, the last of them that of the chosen period."""
MOST_MARKS = 4
"""So many trainings are marked on the charts, the newest."""

Row = tuple[Grain, date, float, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What was reached in a period. count: on how many cases it rests; None = not told."""

    period: Period
    value: float
    count: int | None


def months_until(last: date, many: int = MONTHS) -> list[Period]:
    """Return so many months in order, the last one that of the day `last`."""
    found = [period_of(last, Grain.MONTH)]
    while len(found) < many:
        found.append(found[-1].before)
    return found[::-1]


def points(rows: Iterable[Row], months: Sequence[Period], *, is_mean: bool) -> list[Point]:
    """Return what was reached in each of these months; a month without anything is left out.

    The row of the month itself wins, else it is folded of the weeks and days in it. Where there are only quarters,
    those stand there instead.
    """
    every = list(rows)
    whole = {start: (value, count) for grain, start, value, count in every if grain is Grain.MONTH}
    parts = [row for row in every if row[0] in (Grain.WEEK, Grain.DAY)]
    found = []
    for month in months:
        if month.start in whole:
            value, count = whole[month.start]
            found.append(Point(period=month, value=value, count=count))
        elif inside := cover(parts, month):
            value, count = fold(inside, is_mean=is_mean)
            found.append(Point(period=month, value=round(value, 9), count=count))
    if found or not months:
        return found
    return [
        Point(period=Period(grain, start), value=value, count=count)
        for grain, start, value, count in sorted(every, key=lambda row: row[1])
        if grain is Grain.QUARTER and Period(grain, start).until > months[0].start and start < months[-1].until
    ]


def share(day: date, first: date, until: date) -> float:
    """Return where a day lies between two others, 0 at the first, 1 at `until`; kept within."""
    span = (until - first).days
    return min(max((day - first).days / span, 0.0), 1.0) if span else 0.0


def middle(one: Period, first: date, until: date) -> float:
    """Return where the middle of a period lies between two days, 0 to 1."""
    return (share(one.start, first, until) + share(one.until, first, until)) / 2
