"""Pages of other learning systems; each module names its own at the shared blueprint."""

from lms.lti.views import choosing, launching, settings
from lms.lti.views.room import bp

__all__ = ["bp", "choosing", "launching", "settings"]
