"""What becomes of something that was sent, or could not be. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""How long is waited after each try that failed; after the last one there is none left."""
REST = timedelta(minutes=1)
"""How long a way is left alone that is not working as a whole, if the other side does not say."""
STALE = timedelta(days=3)
"""What could not go out for so long is news to nobody any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How fast things may go out on one way. burst: how many at once."""

    per_second: float
    burst: int


RATES = {
    "wecom": Rate(per_second=10, burst=30),
    "dingtalk": Rate(per_second=10, burst=20),
    "feishu": Rate(per_second=10, burst=30),
    "mail": Rate(per_second=10, burst=30),
}
ROBOT_RATE = Rate(per_second=18 / 60, burst=6)
"""A group's robot may speak 20 times a minute."""


def refilled(tokens: float, at: datetime, now: datetime, rate: Rate) -> float:
    """Return how many tokens a bucket holds now; none while it is closed (`at` lies ahead)."""
    if at > now:
        return 0.0
    return min(float(rate.burst), tokens + (now - at).total_seconds() * rate.per_second)
