"""The one place that reads the time. Shells call it; rules take the time as an argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """Return the present instant in UTC, to the microsecond."""
    return _frozen.get() or datetime.now(UTC)


_last: tuple[ZoneInfo, datetime, datetime, date] = (
    ZoneInfo("UTC"),
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    date.min,
)
"""The zone, the beginning, the end and the name of the day that was asked for last: a page asks a hundred times."""


def today(zone: ZoneInfo) -> date:
    """Return the present day in the installation's zone."""
    global _last
    at = now()
    known, begins, ends, day = _last
    if known is zone and begins <= at < ends:
        return day
    day = at.astimezone(zone).date()
    midnight = datetime.combine(day, time(), zone)
    _last = (zone, midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC), day)
    return day


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """Return the day on which the instant falls in the installation's zone."""
    return at.astimezone(zone).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at one instant, for tests and for the demo's history."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move the clock by a span from where it stands, and hold it there."""
    with frozen(now() + by):
        yield
