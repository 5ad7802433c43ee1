"""When a message may leave the house. Pure: the inbox has it at once, only the ways out wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lms.accounts.rules.calendar import Freeze, day_after

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Minutes from midnight. Quiet from `quiet_from` until `quiet_until`, over midnight where that is the earlier one;
    the same minute twice = never quiet. digest_at: when those hear who want one message a day."""

    quiet_from: int = 21 * 60
    quiet_until: int = 8 * 60
    digest_at: int = 17 * 60 + 30


def is_quiet(minute: int, hours: Hours) -> bool:
    """Return whether a minute of the day lies in the quiet hours; `quiet_until` itself does not."""
    if hours.quiet_from <= hours.quiet_until:
        return hours.quiet_from <= minute < hours.quiet_until
    return minute >= hours.quiet_from or minute < hours.quiet_until


def when(
    now: datetime,
    hours: Hours,
    zone: ZoneInfo,
    silent: Sequence[Freeze] = (),
    *,
    urgent: bool = False,
    daily: bool = False,
) -> datetime:
    """Return the first instant from now on at which a message may go out, in UTC.

    silent: days of the person on which nothing does, freeze windows and leave. urgent: at once, also at night, on such
    a day, and for who wants one message a day. daily: the person wants one a day.
    """
    if urgent:
        return now.astimezone(UTC)
    at = now.astimezone(zone)
    while True:
        allowed = _next(at, hours.digest_at) if daily else at
        if is_quiet(_minute(allowed), hours):
            allowed = _next(allowed, hours.quiet_until)
        day = day_after(silent, allowed.date())
        if day == allowed.date():
            return allowed.astimezone(UTC)
        at = datetime.combine(day, time(), zone)


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute


def _next(at: datetime, minute: int) -> datetime:
    """Return the next time that the clock on the wall shows this minute: now, if it does."""
    same_day = at.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    if same_day.replace(tzinfo=None) >= at.replace(tzinfo=None, second=0, microsecond=0):
        return max(same_day, at)
    return same_day + timedelta(days=1)
