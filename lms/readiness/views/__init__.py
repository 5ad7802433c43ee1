"""Pages of the room."""

from lms.readiness.views.room import bp

__all__ = ["bp"]
