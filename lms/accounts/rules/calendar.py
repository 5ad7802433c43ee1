"""Days that are otherwise than the roster: public holidays and 调休, leave, 大促静默期. Pure.

The public calendar is kept by a library for the years that the State Council has announced; it counts only for
patterns that follow it (offices). What the company says of a day is stronger.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

YEARS = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)
"""The years that the public calendar knows; before and after, a weekly pattern stands alone."""

OfficeDay = Callable[[date], bool | None]
"""Whether offices work on a day; None = as their weekly pattern says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """First and last day (both included) between which nothing falls due to somebody.

    away: it is the person's leave; else a 大促静默期 of their team. name: of the freeze window, "" for leave.
    """

    from_on: date
    until_on: date
    away: bool = False
    name: str = ""

    def covers(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


def covering(freezes: Iterable[Freeze], day: date) -> Freeze | None:
    """Return what holds the day, of several the one that ends last."""
    return max((each for each in freezes if each.covers(day)), key=lambda each: each.until_on, default=None)


def day_after(freezes: Sequence[Freeze], day: date) -> date:
    """Return the first day from `day` on that nothing holds."""
    while (found := covering(freezes, day)) is not None:
        day = found.until_on + timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day of offices that is otherwise than its weekday. company: the company says so, not the public calendar."""

    working: bool
    name: str
    company: bool = False


NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def is_known(year: int) -> bool:
    return year in YEARS


def public_day(day: date) -> SpecialDay | None:
    """Return the public holiday or the 调休 working day; None = as any other day of the week, or a year not known."""
    if not is_known(day.year):
        return None
    if (name := chinese_calendar.workdays.get(day)) is not None:
        return SpecialDay(working=True, name=NAMES.get(name, name))
    if (name := chinese_calendar.holidays.get(day)) is not None:
        return SpecialDay(working=False, name=NAMES.get(name, name))
    return None


def office_days(company: Mapping[date, bool]) -> OfficeDay:
    """Return whether offices work on a day by the company's own days, else by the public calendar."""

    def works(day: date) -> bool | None:
        said = company.get(day)
        if said is not None:
            return said
        found = public_day(day)
        return None if found is None else found.working

    return works


by_public_calendar = office_days({})
