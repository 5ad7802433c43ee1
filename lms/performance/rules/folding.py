"""Several figures of one person become that of the longer period in which they lie. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from math import fsum

from lms.performance.rules.periods import Grain, Period, period_of

KEPT_DAYS = 400
"""How long figures of days are kept as they are; then whole months of them become figures of months."""

FINER: dict[Grain, tuple[Grain, ...]] = {
    Grain.QUARTER: (Grain.MONTH, Grain.WEEK, Grain.DAY),
    Grain.MONTH: (Grain.WEEK, Grain.DAY),
    Grain.WEEK: (Grain.DAY,),
    Grain.DAY: (),
}
"""Of which rows a period is made where it has none of its own; the longest of them are taken first."""

Counted = tuple[float, int | None]
"""A value and on how many cases it rests; None = not told."""
Given = tuple[Grain, date, float, int | None]
"""A figure as it was given: the length and first day of its period, its value, on how many cases it rests."""


def fold(values: Sequence[Counted], *, is_mean: bool) -> Counted:
    """Return the one figure that several of the same person and metric make. values: at least one, in any order.

    is_mean: values are weighted with their counts, x = Σ n·x / Σ n; where one count is not told, each weighs the same
    and the result has no count. Otherwise they are added up. Counts are added. No order gives another number.
    """
    counts = [count for _, count in values if count is not None]
    known = len(counts) == len(values)
    total = sum(counts) if known else None
    if not is_mean:
        return fsum(value for value, _ in values), total
    if total:
        return fsum(value * (count or 0) for value, count in values) / total, total
    return fsum(value for value, _ in values) / len(values), None


@lru_cache(maxsize=4_096)
def _end(grain: Grain, start: date) -> date:
    """Return the first day after a period; a hundred thousand rows have the same few."""
    return Period(grain, start).until


def cover(rows: Iterable[Given], whole: Period) -> list[Counted]:
    """Return those rows that make up a period: the longest first, the shorter where they leave days open.

    A row that lies in the period only in part is left out.
    """
    return [(value, count) for _, _, value, count in cover_rows(rows, whole)]


def cover_rows(rows: Iterable[Given], whole: Period) -> list[Given]:
    """Return the rows that `cover` takes, whole, for whoever shows what a figure was made of."""
    start, until = whole.start, _end(whole.grain, whole.start)
    inside = [row for row in rows if start <= row[1] and _end(row[0], row[1]) <= until]
    if len({row[0] for row in inside}) < 2:
        return inside
    found: list[Given] = []
    taken: list[Period] = []
    longest_first = [Grain.QUARTER, Grain.MONTH, Grain.WEEK, Grain.DAY].index
    for grain, day, value, count in sorted(inside, key=lambda row: (longest_first(row[0]), row[1])):
        part = Period(grain, day)
        if not any(part.start < other.until and other.start < part.until for other in taken):
            taken.append(part)
            found.append((grain, day, value, count))
    return found


def oldest_day(today: date) -> date:
    """Return the first day whose figures stay figures of days: that of the month that was running 400 days ago."""
    return period_of(today - timedelta(days=KEPT_DAYS), Grain.MONTH).start
