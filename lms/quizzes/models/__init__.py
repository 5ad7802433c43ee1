"""Tables of the quizzes: attempts, how they are sat, how they are marked, what each person remembers."""

from lms.quizzes.models.attempts import Attempt, AttemptItem, type_answer
from lms.quizzes.models.bank import BankQuestion
from lms.quizzes.models.marking import (
    GradeChange,
    ItemVerdict,
    MarkingPlan,
    QuizHealth,
    Regrade,
    RegradeLine,
    SecondMark,
)
from lms.quizzes.models.memory import Memory
from lms.quizzes.models.sitting import Makeup, Presence, QuizWindow

__all__ = [
    "Attempt",
    "AttemptItem",
    "BankQuestion",
    "GradeChange",
    "ItemVerdict",
    "Makeup",
    "MarkingPlan",
    "Memory",
    "Presence",
    "QuizHealth",
    "QuizWindow",
    "Regrade",
    "RegradeLine",
    "SecondMark",
    "type_answer",
]
