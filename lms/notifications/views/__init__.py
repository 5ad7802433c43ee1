"""Pages of what people are told; each module names its own at the shared blueprint."""

from lms.notifications.views import channels, deliveries, inbox, preferences, reminders, robots, templates
from lms.notifications.views.room import bp

__all__ = ["bp", "channels", "deliveries", "inbox", "preferences", "reminders", "robots", "templates"]
