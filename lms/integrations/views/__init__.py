"""Pages of other systems; each module names its own at the shared blueprint."""

from lms.integrations.views import enter, webhooks, xapi
from lms.integrations.views.room import bp

__all__ = ["bp", "enter", "webhooks", "xapi"]
