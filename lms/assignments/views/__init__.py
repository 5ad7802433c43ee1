"""Pages of duties; each module names its own at the shared blueprint."""

from lms.assignments.views import give
from lms.assignments.views.room import bp

__all__ = ["bp", "give"]
