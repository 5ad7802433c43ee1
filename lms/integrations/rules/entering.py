"""Signing in through a platform: what is remembered between going there and coming back. Pure."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_OPEN = 5
"""Messages that somebody opens at once, each in a window of its own."""
MINUTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """Somebody is on the way to a platform. until: seconds since 1970. ask: phone or e-mail were asked for.

    link: who is signed in here wants to be known there as well.
    """

    platform: str
    next: str
    until: int
    ask: bool = False
    link: bool = False


def remember(kept: Mapping[str, Any], state: str, going: Going, now: int) -> dict[str, Any]:
    """Return what the session keeps from now on: the newest few that have not run out."""
    live = {key: value for key, value in kept.items() if _read(value, now) is not None}
    newest = dict(list(live.items())[-(MOST_OPEN - 1) :])
    return {**newest, state: [going.platform, going.next, going.until, going.ask, going.link]}


def take(kept: Mapping[str, Any], state: str, platform: str, now: int) -> tuple[Going | None, dict[str, Any]]:
    """Return what belongs to a state that came back, and what is kept on: each state is good once."""
    found = next((key for key in kept if hmac.compare_digest(key.encode(), state.encode())), None)
    if found is None:
        return None, dict(kept)
    going = _read(kept[found], now)
    rest = {key: value for key, value in kept.items() if key != found}
    return (going if going is not None and going.platform == platform else None), rest


def _read(value: Any, now: int) -> Going | None:
    if not isinstance(value, list) or len(value) != 5 or not isinstance(value[2], int) or value[2] < now:
        return None
    return Going(platform=value[0], next=value[1], until=value[2], ask=bool(value[3]), link=bool(value[4]))
