"""Pages of what people are told; each module names its own at the shared blueprint."""

from lms.notifications.views import inbox, preferences, reminders, templates
from lms.notifications.views.room import bp

__all__ = ["bp", "inbox", "preferences", "reminders", "templates"]
