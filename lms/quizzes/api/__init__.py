"""JSON of the quizzes: `attempts` is taking them; importing a module adds its routes."""

from lms.quizzes.api import attempts
from lms.quizzes.api.room import bp

__all__ = ["attempts", "bp"]
