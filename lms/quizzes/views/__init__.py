"""Pages of the quizzes; importing a module adds its routes."""

from lms.quizzes.views import (
    analysis,
    bank,
    exporting,
    importing,
    marking,
    mistakes,
    recall,
    regrading,
    running,
    scores,
    taking,
    transcript,
)
from lms.quizzes.views.room import bp

__all__ = [
    "analysis",
    "bank",
    "bp",
    "exporting",
    "importing",
    "marking",
    "mistakes",
    "recall",
    "regrading",
    "running",
    "scores",
    "taking",
    "transcript",
]
