"""Pages of signing on with the company's account; each module names its own at the shared blueprint."""

from lms.signon.views import enter
from lms.signon.views.room import bp

__all__ = ["bp", "enter"]
