"""Pages of the quizzes; importing a module adds its routes."""

from lms.quizzes.views import importing, taking
from lms.quizzes.views.room import bp

__all__ = ["bp", "importing", "taking"]
