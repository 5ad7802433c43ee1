"""Pages of what people are told; each module names its own at the shared blueprint."""

from lms.notifications.views import inbox
from lms.notifications.views.room import bp

__all__ = ["bp", "inbox"]
