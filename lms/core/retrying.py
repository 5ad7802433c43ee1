"""When something that could not be delivered is tried again. Pure; the rows of it are in sendings.py."""

from collections.abc import Sequence
from datetime import datetime, timedelta

WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""How long is waited after each try that failed, between machines; after the last one there is none left."""


def again_at(tries: int, now: datetime, asked: float | None, waits: Sequence[timedelta] = WAITS) -> datetime | None:
    """Return when to try again after so many tries, from 1; None = never, all of the waits are used up.

    asked: seconds that the other side asks for, never less than these are waited.
    """
    return None if tries > len(waits) else always_again_at(tries, now, asked, waits)


def always_again_at(tries: int, now: datetime, asked: float | None, waits: Sequence[timedelta]) -> datetime:
    """Return the same of something that is never given up: after the waits always the last of them."""
    return now + max(waits[min(max(tries, 1), len(waits)) - 1], timedelta(seconds=asked or 0))
