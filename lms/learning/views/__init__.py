"""Pages of the room: lessons, plans, tasks, confirmation, writing a course."""

from lms.learning.views import confirm, plans, reading, tasks, watching, writing
from lms.learning.views.room import bp

__all__ = ["bp", "confirm", "plans", "reading", "tasks", "watching", "writing"]
