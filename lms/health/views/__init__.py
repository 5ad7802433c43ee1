"""Pages and answers about the installation itself; each module names its own at the shared blueprint."""

from lms.health.views import page, probes
from lms.health.views.room import bp

__all__ = ["bp", "page", "probes"]
