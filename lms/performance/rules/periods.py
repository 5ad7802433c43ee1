"""Periods of figures: a day, a week, a month, a quarter, and how they are written. Pure.

"2026-10-05" a day · "2026-W41" a week (ISO 8601, from Monday) · "2026-10" a month · "2026Q4" a quarter.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.core.errors import Invalid
from lms.core.quarters import quarter_days, quarter_of
from lms.core.texts import text


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """start: its first day. Ordered by grain and day."""

    grain: Grain
    start: date

    @property
    def until(self) -> date:
        """The first day after it."""
        if self.grain is Grain.DAY:
            return self.start + timedelta(days=1)
        if self.grain is Grain.WEEK:
            return self.start + timedelta(days=7)
        if self.grain is Grain.MONTH:
            return (self.start.replace(day=28) + timedelta(days=4)).replace(day=1)
        return quarter_days(quarter_of(self.start))[1]

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    @property
    def before(self) -> "Period":
        return period_of(self.start - timedelta(days=1), self.grain)

    def __str__(self) -> str:
        if self.grain is Grain.DAY:
            return self.start.isoformat()
        if self.grain is Grain.WEEK:
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02}"
        if self.grain is Grain.MONTH:
            return f"{self.start:%Y-%m}"
        return quarter_of(self.start)


def period_of(day: date, grain: Grain) -> Period:
    """Return the period of this grain in which a day lies."""
    if grain is Grain.WEEK:
        return Period(grain, day - timedelta(days=day.weekday()))
    if grain is Grain.MONTH:
        return Period(grain, day.replace(day=1))
    if grain is Grain.QUARTER:
        return Period(grain, quarter_days(quarter_of(day))[0])
    return Period(grain, day)


_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})", re.IGNORECASE)
_MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_QUARTER = re.compile(r"([0-9]{4})[- ]?(?:年第?)?Q?([1-4])(?:季度)?", re.IGNORECASE)


def period(written: str) -> Period:
    """Return the period that is written, in one of the forms above or as Chinese sheets have it. Raises Invalid."""
    words = written.strip()
    try:
        if found := _DAY.fullmatch(words):
            return Period(Grain.DAY, _from_2000(date(*map(int, found.groups()))))
        if found := _WEEK.fullmatch(words):
            return Period(Grain.WEEK, _from_2000(date.fromisocalendar(int(found[1]), int(found[2]), 1)))
        if "季" not in words and "q" not in words.lower() and (found := _MONTH.fullmatch(words)):
            return Period(Grain.MONTH, _from_2000(date(int(found[1]), int(found[2]), 1)))
        if ("季" in words or "q" in words.lower()) and (found := _QUARTER.fullmatch(words)):
            return Period(Grain.QUARTER, quarter_days(f"{found[1]}Q{found[2]}")[0])
    except ValueError:
        pass
    wrong = text("时间写成 2026Q4、2026-10、2026-W41 或 2026-10-05 这样。")
    raise Invalid(wrong, fields={"period": wrong})


def _from_2000(day: date) -> date:
    if not 2000 <= day.year < 9000:
        raise ValueError(day)
    return day
