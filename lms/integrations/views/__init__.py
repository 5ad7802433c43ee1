"""Pages of other systems; each module names its own at the shared blueprint."""

from lms.integrations.views import badges, enter, webhooks, xapi
from lms.integrations.views.room import bp

__all__ = ["badges", "bp", "enter", "webhooks", "xapi"]
