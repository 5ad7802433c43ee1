"""Pages of the room."""

from lms.readiness.views import staffing, volumes
from lms.readiness.views.room import bp

__all__ = ["bp", "staffing", "volumes"]
