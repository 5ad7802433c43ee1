"""What a day will bring, from what days like it brought. Pure.

Forecast = mean of the same weekday of the last eight weeks × growth × multiplier of the peak, where last year's day of
the same place in the peak tells one: that day ÷ the mean of its weekday in the eight weeks before last year's peak. How
far off this has been is told by forecasting the last four weeks the same way (MAPE, mean absolute percentage error).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 8
"""Weeks whose same weekdays are averaged."""
TESTED_DAYS = 28
YEAR_DAYS = 364
"""52 weeks: the same weekday a year before."""
MOST_MULTIPLIER = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A day's forecast and what it rests on. mean: of how many same weekdays; multiplier: 1 where none is known."""

    day: date
    value: int
    mean: float
    days: int
    multiplier: float
    known: bool


def weekday_mean(history: Mapping[date, int], day: date, *, before: date) -> tuple[float, int] | None:
    """Return the mean of the same weekday in the eight weeks before a day, and of how many days; None of none."""
    first = before - timedelta(days=(before.weekday() - day.weekday()) % 7 or 7)
    values = [history[each] for week in range(WEEKS) if (each := first - timedelta(weeks=week)) in history]
    return (sum(values) / len(values), len(values)) if values else None


def guesses(
    history: Mapping[date, int],
    first: date,
    last: date,
    *,
    today: date,
    growth: float = 0.0,
    last_year: date | None = None,
) -> list[Guess]:
    """Return a forecast of each day from first to last that the history allows.

    growth: percent by which all is more than now. last_year: the first day of last year's peak; None = the same weekday
    52 weeks before. A multiplier is only known where that day and its eight weeks before lie in the history.
    """
    began = last_year or first - timedelta(days=YEAR_DAYS)
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        base = weekday_mean(history, day, before=min(first, today))
        if base is None:
            continue
        then = began + timedelta(days=offset)
        usual = weekday_mean(history, then, before=began)
        known = then in history and usual is not None and usual[0] > 0
        multiplier = min(MOST_MULTIPLIER, history[then] / usual[0]) if known and usual is not None else 1.0
        value = max(0, round(base[0] * (1 + growth / 100) * multiplier))
        found.append(Guess(day=day, value=value, mean=base[0], days=base[1], multiplier=multiplier, known=known))
    return found


def backtest(history: Mapping[date, int]) -> tuple[float, int] | None:
    """Return by how many percent the weekday mean missed the last 28 days, and how many days it was tried on.

    Each day is told from days before it alone. None where fewer than seven can be tried.
    """
    if not history:
        return None
    last = max(history)
    misses = []
    for offset in range(TESTED_DAYS):
        day = last - timedelta(days=offset)
        actual = history.get(day, 0)
        told = weekday_mean(history, day, before=day)
        if actual > 0 and told is not None:
            misses.append(abs(told[0] - actual) / actual)
    return (100 * sum(misses) / len(misses), len(misses)) if len(misses) >= 7 else None
