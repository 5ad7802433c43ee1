"""The key with which a package's pages reach their files and say how their learner stands. Pure.

The pages run without the academy's cookie, so the address itself is the permission: for one person's attempt, one part
of it, one opening. It can't be guessed and can't be made without the installation's secret.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

OPEN_FOR = timedelta(hours=24)
"""How long the pages of one opening reach their files and are listened to."""
_KEY = re.compile(r"([0-9a-f]{32})-(\d{1,4})-(\d{1,6})-([0-9a-f]{40})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """attempt_id: the attempt's public name. place: of the part, from 0. launch: which opening of it, from 1."""

    attempt_id: str
    place: int
    launch: int

    def key(self, secret: str) -> str:
        named = f"{self.attempt_id}-{self.place}-{self.launch}"
        digest = hmac.new(secret.encode(), f"courseware/{named}".encode(), hashlib.sha256).hexdigest()[:40]
        return f"{named}-{digest}"


def opening_of(secret: str, key: str) -> Opening | None:
    """Return what a key opens; None for one that was not made here."""
    found = _KEY.fullmatch(key) if key.isascii() else None
    if found is None:
        return None
    opening = Opening(attempt_id=found[1], place=int(found[2]), launch=int(found[3]))
    return opening if hmac.compare_digest(opening.key(secret), key) else None


def pseudonym(secret: str, public_id: str) -> str:
    """Return what a package knows a person by: the same each time, and nothing to anybody else."""
    return hmac.new(secret.encode(), f"courseware-learner/{public_id}".encode(), hashlib.sha256).hexdigest()[:20]
