"""How far somebody has read and how long it took. Pure."""

from datetime import datetime

FIRST_PING = 30
"""Seconds that the first report of a page may claim: the page reports every 20 seconds."""
LONGEST_PING = 60
"""Seconds that one report may claim at most, however long ago the last one was."""


def accepted_seconds(claimed: int, last_at: datetime | None, now: datetime) -> int:
    """Return how many of the claimed seconds count: never more than have passed on the server's clock.

    last_at: when the last report of this person and document came in; None for the first one.
    """
    if last_at is None:
        return max(0, min(claimed, FIRST_PING))
    passed = int((now - last_at).total_seconds())
    return max(0, min(claimed, passed, LONGEST_PING))


def furthest(section: int, before: int, sections: int) -> int:
    """Return the number of sections read from the top: it never falls and never passes the end."""
    return min(max(section, before, 0), max(sections, 0))


def minutes_left(minutes: int, section: int, sections: int) -> int:
    """Return about how many minutes are left, at least 1 while something is; 0 at the end."""
    if sections <= 0:
        return minutes
    left = sections - min(section, sections)
    return 0 if left == 0 else max(1, round(minutes * left / sections))
