"""What studying offers over the API; each module names its own at the shared blueprint."""

from lms.learning.api import (
    campaigns,
    certificates,
    cycles,
    feedback,
    planning,
    queues,
    running,
    sessions,
    studying,
)
from lms.learning.api.room import bp

__all__ = [
    "bp",
    "campaigns",
    "certificates",
    "cycles",
    "feedback",
    "planning",
    "queues",
    "running",
    "sessions",
    "studying",
]
