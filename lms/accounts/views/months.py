"""Months in addresses: `?month=2026-11`."""

from datetime import date, timedelta

from lms.core.here import today

FIRST_YEAR, LAST_YEAR = 1970, 2100


def asked_month(asked: str) -> date:
    """Return the first day of the month asked for as 2026-11, else of the present one."""
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return today().replace(day=1)
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else today().replace(day=1)


def days_of(first: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((next_month(first) - first).days)]


def next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)
