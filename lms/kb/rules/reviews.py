"""Periodic review (复审): what is due, when its owner is reminded. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SOON = 14
"""Days before its review day from which an article counts as due soon."""
BEFORE = (14, 3, 0)
"""Days before the review day on which its owner is reminded; after it once a week."""
WEEK = 7


class Stand(StrEnum):
    LATE = "late"
    SOON = "soon"
    GOOD = "good"


def stand_of(until: date, today: date) -> Stand:
    """Return how a document stands whose review day this is; on the day itself it still holds."""
    if until < today:
        return Stand.LATE
    return Stand.SOON if until <= today + timedelta(days=SOON) else Stand.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """The last reminder that is due. step: how many days before the review day it is, below 0 = after it.

    left: days until the review day, below 0 = past it.
    """

    step: int
    left: int

    def key(self, until: date) -> str:
        """Name what is said once: this review day, this step."""
        return _key(until, self.step)


def reminder_of(until: date, today: date) -> Reminder | None:
    """Return the reminder that was due last, None before the first one.

    Only the last: a worker that stood still for a month says one thing, not five.
    """
    left = (until - today).days
    due = _steps(left)
    return Reminder(step=min(due), left=left) if due else None


def keys_until(until: date, today: date) -> list[str]:
    """Return the keys of everything that was said of a review day up to today."""
    return [_key(until, step) for step in _steps((until - today).days)]


def _steps(left: int) -> list[int]:
    weeks = -left // WEEK if left < 0 else 0
    return [days for days in BEFORE if days >= left] + [-WEEK * week for week in range(1, weeks + 1)]


def _key(until: date, step: int) -> str:
    return f"review:{until.isoformat()}:{step}"
