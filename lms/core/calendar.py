"""Working days. Pure: who works on which day comes as a function.

Agents work weekends and holidays, so day N of a training is the person's Nth rostered day, not a day of the calendar.
"""

from collections.abc import Callable
from datetime import date, timedelta

from lms.core.errors import Invalid
from lms.core.texts import text

Works = Callable[[date], bool]

HORIZON = 400
"""How many days ahead a working day is looked for; past it the roster is taken to be wrong."""

MONDAY_TO_FRIDAY = 0b0011111


def works_by_pattern(weekdays: int, day: date) -> bool:
    """Return whether a weekly pattern (bit 0 = Monday) has the day as a working day."""
    return bool(weekdays >> day.weekday() & 1)


def nth_working_day(start: date, n: int, works: Works) -> date:
    """Return the nth working day from `start` on, which counts itself if it is one. n: at least 1.

    Raises Invalid where the roster has no nth working day within 400 days.
    """
    found = 0
    for offset in range(HORIZON):
        day = start + timedelta(days=offset)
        found += works(day)
        if found == n:
            return day
    raise Invalid(text("排班表里从 %(start)s 起 400 天内不足 %(n)s 个工作日，请检查排班。", start=start, n=n))


def working_days(start: date, count: int, works: Works) -> list[date]:
    """Return the first `count` working days from `start` on, fewer where the roster ends before."""
    days: list[date] = []
    for offset in range(HORIZON):
        if len(days) == count:
            break
        day = start + timedelta(days=offset)
        if works(day):
            days.append(day)
    return days


def day_number(days: list[date], today: date) -> int:
    """Return which of the days is the present one: 0 before the first, else the last one that has come."""
    return sum(day <= today for day in days)
