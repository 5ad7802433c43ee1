"""Signing in somewhere else: what is remembered between going there and coming back. Pure."""

import hmac
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

MOST_OPEN = 5
"""Messages that somebody opens at once, each in a window of its own."""
MINUTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """Somebody is on the way to a platform. until: seconds since 1970. ask: phone or e-mail were asked for.

    link: who is signed in here wants to be known there as well. nonce, verifier: what only this browser has asked
    the sign-on of the company with; empty for the platforms.
    """

    platform: str
    next: str
    until: int
    ask: bool = False
    link: bool = False
    nonce: str = ""
    verifier: str = ""


def remember(kept: Mapping[str, Any], state: str, going: Going, now: int) -> dict[str, Any]:
    """Return what the session keeps from now on: the newest few that have not run out."""
    live = {key: value for key, value in kept.items() if _read(value, now) is not None}
    newest = dict(list(live.items())[-(MOST_OPEN - 1) :])
    return {**newest, state: list(astuple(going))}


def take(kept: Mapping[str, Any], state: str, platform: str, now: int) -> tuple[Going | None, dict[str, Any]]:
    """Return what belongs to a state that came back, and what is kept on: each state is good once."""
    asked = state.encode(errors="surrogatepass")
    found = next((key for key in kept if hmac.compare_digest(key.encode(), asked)), None)
    if found is None:
        return None, dict(kept)
    going = _read(kept[found], now)
    rest = {key: value for key, value in kept.items() if key != found}
    return (going if going is not None and going.platform == platform else None), rest


def _read(value: Any, now: int) -> Going | None:
    if not isinstance(value, list) or len(value) != 7 or not isinstance(value[2], int) or value[2] < now:
        return None
    platform, following, until, ask, link, nonce, verifier = value
    return Going(
        platform=platform,
        next=following,
        until=until,
        ask=bool(ask),
        link=bool(link),
        nonce=nonce,
        verifier=verifier,
    )
