"""Pages of bought courseware; importing a module adds its routes."""

from lms.courseware.views import learning, results, serving, studio
from lms.courseware.views.room import bp

__all__ = ["bp", "learning", "results", "serving", "studio"]
