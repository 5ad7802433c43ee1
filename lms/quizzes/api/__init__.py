"""JSON of the quizzes: `attempts` is taking them, `banks` files in and out, `marking` marking them.

`presence`: what a paper's page tells of itself. Importing a module adds its routes.
"""

from lms.quizzes.api import attempts, banks, marking, presence, running
from lms.quizzes.api.room import bp

__all__ = ["attempts", "banks", "bp", "marking", "presence", "running"]
