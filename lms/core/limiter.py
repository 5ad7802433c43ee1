"""How often something may be done: one question, `hit`, whoever counts.

Who counts stands in `app.extensions["lms_limiter"]`: the memory of this process, unless the installation has a place
that its processes share. With n processes and no such place a key has n times as much.
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flask import Flask, current_app

from lms.core import clock

KNOWN = 50_000
"""Keys that are remembered; the one that was silent longest is forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What came of a call. left: how many more at once; retry_after: whole seconds until one may try again, 0 = now."""

    yes: bool
    left: int
    retry_after: int


class Limiter(Protocol):
    """Who counts."""

    def hit(self, key: str, limit: int, window: timedelta) -> Allowed:
        """Count a call of `key` where it may have one: `limit` at once, and as many again evenly over each window."""
        ...

    def problem(self) -> str:
        """Return "" where counting is as it should be, else a word for why it is not."""
        ...


class InMemory:
    """Counts in this process and forgets with it. Of each key one instant is held: when all of its share is free again.

    A call moves that instant on by window / limit; it may stand at most one window ahead.
    """

    def __init__(self, known: int = KNOWN) -> None:
        self._known = known
        self._free_at: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def hit(self, key: str, limit: int, window: timedelta) -> Allowed:
        """See Limiter. limit: at least 1."""
        now, step = clock.now(), window / limit
        with self._lock:
            kept = self._free_at.pop(key, now)
            # A clock that was set back must not lock anybody out for as long as it jumped.
            free_at = now if kept < now or kept > now + window else kept
            moved = free_at + step
            yes = moved <= now + window
            self._free_at[key] = moved if yes else free_at
            while len(self._free_at) > self._known:
                self._free_at.popitem(last=False)
        if yes:
            return Allowed(yes=True, left=int((now + window - moved) / step), retry_after=0)
        return Allowed(yes=False, left=0, retry_after=max(1, math.ceil((moved - window - now).total_seconds())))

    def problem(self) -> str:
        """See Limiter."""
        return ""


def init_app(app: Flask, limiter: Limiter | None = None) -> None:
    """Say who counts; without a word the memory of this process."""
    app.extensions["lms_limiter"] = limiter or InMemory()


def hit(key: str, limit: int, window: timedelta) -> Allowed:
    """Count a call of `key`: at most `limit` at once and as many again evenly over each `window`."""
    limiter: Limiter = current_app.extensions["lms_limiter"]
    return limiter.hit(key, limit, window)


def problem() -> str:
    """Return a word for why counts are not shared as they should be, "" where they are or nobody asked for it."""
    limiter: Limiter = current_app.extensions["lms_limiter"]
    return limiter.problem()
