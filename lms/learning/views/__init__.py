"""Pages of the room: lessons, plans, tasks, confirmation, writing a course."""

from lms.learning.views import (
    certificate_plans,
    certificates,
    confirm,
    plans,
    queues,
    reading,
    tasks,
    watching,
    writing,
)
from lms.learning.views.room import bp

__all__ = [
    "bp",
    "certificate_plans",
    "certificates",
    "confirm",
    "plans",
    "queues",
    "reading",
    "tasks",
    "watching",
    "writing",
]
