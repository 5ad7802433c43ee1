"""Pages of the room."""

from lms.performance.views import impact
from lms.performance.views.room import bp

__all__ = ["bp", "impact"]
