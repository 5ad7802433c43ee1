"""What the room offers over the API."""

from lms.readiness.api import planning, staffing
from lms.readiness.api.room import bp

__all__ = ["bp", "planning", "staffing"]
