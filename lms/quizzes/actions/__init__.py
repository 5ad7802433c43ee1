"""What changes an attempt: begin it, answer it, finish it, void it. Locks: the person, the attempt, the log head."""

from lms.quizzes.actions.answer import Saved, check_answer, flag, save_answer, save_page
from lms.quizzes.actions.finish import close_over, submit, void
from lms.quizzes.actions.presence import Standing, tell
from lms.quizzes.actions.start import Started, start

__all__ = [
    "Saved",
    "Standing",
    "Started",
    "check_answer",
    "close_over",
    "flag",
    "save_answer",
    "save_page",
    "start",
    "submit",
    "tell",
    "void",
]
