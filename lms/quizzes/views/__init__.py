"""Pages of the quizzes; importing a module adds its routes."""

from lms.quizzes.views import importing, marking, mistakes, regrading, taking, transcript
from lms.quizzes.views.room import bp

__all__ = ["bp", "importing", "marking", "mistakes", "regrading", "taking", "transcript"]
