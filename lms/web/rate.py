"""How often the API may be called, and a brake on what anybody may ask without signing in.

A GET writes nothing, so neither can stand in the database. The brake lives in this process and forgets with it; calls
are counted by core/limiter.py. What must never be guessed is long enough not to be, whatever is counted.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from flask import request

from lms.core import clock
from lms.core.errors import TooMany
from lms.core.here import settings
from lms.core.limiter import hit
from lms.core.texts import text

MINUTE = timedelta(minutes=1)

KNOWN = 10_000
"""Addresses that are remembered; the one that was silent longest is forgotten first."""


class Brake:
    """At most so many calls of one key within a span of time."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most, self._within = most, within
        self._calls: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """Count a call. Raises TooMany where the key has had its share."""
        now = clock.now()
        with self._lock:
            recent = [at for at in self._calls.pop(key, []) if now - self._within < at <= now]
            refused = len(recent) >= self._most
            self._calls[key] = recent if refused else [*recent, now]
            while len(self._calls) > KNOWN:
                self._calls.popitem(last=False)
        if refused:
            minutes = max(1, round(self._within.total_seconds() / 60))
            raise TooMany(text("查得太频繁了，请 %(n)s 分钟后再试。", n=minutes))

    def forget(self) -> None:
        """Begin anew, as a fresh process does."""
        with self._lock:
            self._calls.clear()


def count_address() -> None:
    """Count a call of the API for the address from which it comes. Raises TooMany.

    For calls with a token, good or bad, and for nobody's: people in a browser are not counted by address, because a
    whole floor has one.
    """
    _count(f"api:address:{request.remote_addr}", settings().api_per_minute_address)


def count_person(person_id: int) -> None:
    """Count a call of the API for the person who makes it, by whatever token. Raises TooMany."""
    _count(f"api:person:{person_id}", settings().api_per_minute)


def _count(key: str, limit: int) -> None:
    if limit and request.path.startswith("/api/"):
        found = hit(key, limit, MINUTE)
        if not found.yes:
            raise TooMany(
                text("调用太频繁了，请 %(n)s 秒后再试。", n=found.retry_after),
                details={"retry_after": found.retry_after},
            )
