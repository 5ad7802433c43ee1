"""JSON of the quizzes: `attempts` is taking them, `presence` what a paper's page tells of itself.

Importing a module adds its routes.
"""

from lms.quizzes.api import attempts, presence
from lms.quizzes.api.room import bp

__all__ = ["attempts", "bp", "presence"]
