"""Quarters of the calendar year, written "2026Q4". Pure."""

from datetime import date, timedelta

from lms.core.errors import Invalid
from lms.core.texts import text


def quarter_days(quarter: str) -> tuple[date, date]:
    """Return the first day of a quarter and the first of the next, for "2026Q4". Raises Invalid for anything else."""
    year, _, number = quarter.upper().partition("Q")
    is_year = year.isascii() and year.isdigit() and len(year) == 4 and year >= "2000"
    if not is_year or number not in {"1", "2", "3", "4"}:
        wrong = text("季度写成 2026Q4 这样。")
        raise Invalid(wrong, fields={"quarter": wrong})
    first = 3 * int(number) - 2
    start = date(int(year), first, 1)
    return start, date(int(year) + (first == 10), (first + 3 - 1) % 12 + 1, 1)


def quarter_of(day: date) -> str:
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def quarter_after(quarter: str) -> str:
    return quarter_of(quarter_days(quarter)[1])


def last_day(quarter: str) -> date:
    return quarter_days(quarter)[1] - timedelta(days=1)


def quarters(first: date, last: date) -> list[str]:
    """Return the quarters from that of `first` to that of `last`, the latest first."""
    found = []
    quarter = quarter_of(first)
    while quarter_days(quarter)[0] <= last:
        found.append(quarter)
        quarter = quarter_after(quarter)
    return found[::-1]
