"""The tokens with which the platforms know us: kept in memory by each process, until shortly before they end."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lms.core import clock

EARLY = timedelta(minutes=5)
"""A token is fetched anew so long before it ends: a call may take a while, and clocks differ."""

_kept: dict[tuple[str, ...], tuple[str, datetime]] = {}
_lock = threading.Lock()


def token(key: tuple[str, ...], fetch: Callable[[], tuple[str, float]]) -> str:
    """Return the token that is kept under the key, or fetch one: the token, and how many seconds it holds."""
    with _lock:
        found = _kept.get(key)
        if found is not None and found[1] > clock.now():
            return found[0]
        value, seconds = fetch()
        _kept[key] = (value, clock.now() + max(timedelta(seconds=seconds) - EARLY, timedelta(seconds=30)))
        return value


def with_token(
    key: tuple[str, ...],
    fetch: Callable[[], tuple[str, float]],
    call: Callable[[str], dict[str, Any]],
    is_old: Callable[[dict[str, Any]], bool],
) -> dict[str, Any]:
    """Return the answer to a call with our token; with a new one, once, where the platform says that ours is old."""
    answer = call(token(key, fetch))
    if is_old(answer):
        forget(key)
        answer = call(token(key, fetch))
    return answer


def forget(key: tuple[str, ...]) -> None:
    """Drop a token that the platform no longer takes."""
    with _lock:
        _kept.pop(key, None)
