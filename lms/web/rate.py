"""A brake on what anybody may ask without signing in. It lives in this process and forgets with it.

A GET writes nothing, so this can't stand in the database; with n processes an address has n times as much. What must
never be guessed is long enough not to be, whatever the brake does.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from lms.core import clock
from lms.core.errors import TooMany
from lms.core.texts import text

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
