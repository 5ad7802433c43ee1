"""Counting calls in a Redis or Valkey that all processes share. While it is gone each process counts by itself."""

import logging
import math
import threading
import time
from datetime import timedelta
from typing import Any

from lms.core import optional
from lms.core.limiter import Allowed, InMemory
from lms.core.settings import SettingsError

log = logging.getLogger("lms.redis")

PATIENCE = 0.3
"""Seconds for which an answer is waited for: a request must not hang on its counter."""
REST = 5.0
"""Seconds for which a server that is gone is left alone."""
PREFIX = "lms:hit:"

# As in core/limiter.py: of each key one instant, when all of its share is free again, by the server's own clock.
_COUNT = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window, step = tonumber(ARGV[1]), tonumber(ARGV[2])
local free_at = tonumber(redis.call('GET', KEYS[1]) or now)
if free_at < now or free_at > now + window then free_at = now end
local moved = free_at + step
if moved <= now + window then
  redis.call('SET', KEYS[1], string.format('%.3f', moved), 'PX', math.ceil(moved - now) + 1)
  return {1, math.floor((now + window - moved) / step), 0}
end
return {0, 0, math.ceil(moved - window - now)}
"""


class Shared:
    """See `core.limiter.Limiter`. Its client is made at the first call, so forked processes share no connection."""

    def __init__(self, url: str) -> None:
        if optional.redis() is None:
            raise SettingsError("LMS_REDIS_URL needs the extra redis: pip install 'kefu-lms[redis]'")
        self._url = url
        self._own = InMemory()
        self._lock = threading.Lock()
        self._made: Any = None
        self._rests_until = 0.0
        self._was_gone = False

    def hit(self, key: str, limit: int, window: timedelta) -> Allowed:
        """See Limiter. limit: at least 1."""
        milliseconds = window.total_seconds() * 1000
        found = self._ask(lambda client: client.eval(_COUNT, 1, PREFIX + key, milliseconds, milliseconds / limit))
        if found is None:
            return self._own.hit(key, limit, window)
        yes, left, wait = (int(each) for each in found)
        return Allowed(yes=bool(yes), left=left, retry_after=0 if yes else max(1, math.ceil(wait / 1000)))

    def problem(self) -> str:
        """Return `gone` where the server does not answer now; it is asked, unless it was a moment ago."""
        return "" if self._ask(lambda client: client.ping()) else "gone"

    def _ask(self, what: Any) -> Any:
        """Return the server's answer, None where it gives none. Said once when it goes and once when it is back."""
        if time.monotonic() < self._rests_until:
            return None
        redis = optional.redis()
        assert redis is not None
        try:
            found = what(self._client(redis))
        except (redis.RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST
            if not self._was_gone:
                log.warning("Redis can't be reached (%s); each process counts by itself", type(error).__name__)
            self._was_gone = True
            return None
        if self._was_gone:
            log.warning("Redis is back")
            self._was_gone = False
        return found

    def _client(self, redis: Any) -> Any:
        with self._lock:
            if self._made is None:
                self._made = redis.Redis.from_url(
                    self._url,
                    socket_timeout=PATIENCE,
                    socket_connect_timeout=PATIENCE,
                    retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0),
                )
            return self._made
