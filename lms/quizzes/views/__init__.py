"""Pages of the quizzes; importing a module adds its routes."""

from lms.quizzes.views import (
    analysis,
    exporting,
    importing,
    marking,
    mistakes,
    regrading,
    running,
    scores,
    taking,
    transcript,
)
from lms.quizzes.views.room import bp

__all__ = [
    "analysis",
    "bp",
    "exporting",
    "importing",
    "marking",
    "mistakes",
    "regrading",
    "running",
    "scores",
    "taking",
    "transcript",
]
