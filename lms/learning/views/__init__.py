"""Pages of the room: lessons, plans, tasks, confirmation, writing a course."""

from lms.learning.views import (
    attendance,
    campaigns,
    certificate_plans,
    certificates,
    confirm,
    cycles,
    feed,
    ideas,
    offers,
    plans,
    queues,
    reading,
    sessions,
    surveys,
    tasks,
    watching,
    writing,
)
from lms.learning.views.room import bp

__all__ = [
    "attendance",
    "bp",
    "campaigns",
    "certificate_plans",
    "certificates",
    "confirm",
    "cycles",
    "feed",
    "ideas",
    "offers",
    "plans",
    "queues",
    "reading",
    "sessions",
    "surveys",
    "tasks",
    "watching",
    "writing",
]
