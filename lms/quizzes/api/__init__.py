"""JSON of the quizzes: `analysis` is how questions do, `attempts` taking them, `banks` files in and out.

`marking` is marking, `presence` what a paper's page tells of itself, `questions` the 题库, `regrades` marking
again, `running` what those who run a quiz do. Importing a module adds its routes.
"""

from lms.quizzes.api import analysis, attempts, banks, marking, presence, questions, regrades, running
from lms.quizzes.api.room import bp

__all__ = ["analysis", "attempts", "banks", "bp", "marking", "presence", "questions", "regrades", "running"]
