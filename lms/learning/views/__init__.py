"""Pages of the room: lessons, plans, tasks, confirmation."""

from lms.learning.views import confirm, plans, reading, tasks
from lms.learning.views.room import bp

__all__ = ["bp", "confirm", "plans", "reading", "tasks"]
