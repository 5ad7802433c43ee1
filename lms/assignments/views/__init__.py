"""Pages of duties; each module names its own at the shared blueprint."""

from lms.assignments.views import bulk, duty, give, ruling
from lms.assignments.views.room import bp

__all__ = ["bp", "bulk", "duty", "give", "ruling"]
