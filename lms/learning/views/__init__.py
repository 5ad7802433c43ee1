"""Pages of the room: lessons, plans, tasks, confirmation, writing a course."""

from lms.learning.views import (
    attendance,
    certificate_plans,
    certificates,
    confirm,
    offers,
    plans,
    queues,
    reading,
    sessions,
    tasks,
    watching,
    writing,
)
from lms.learning.views.room import bp

__all__ = [
    "attendance",
    "bp",
    "certificate_plans",
    "certificates",
    "confirm",
    "offers",
    "plans",
    "queues",
    "reading",
    "sessions",
    "tasks",
    "watching",
    "writing",
]
