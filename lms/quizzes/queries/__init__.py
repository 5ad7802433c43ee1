"""Reading attempts: as a paper to answer, as a result that teaches, as a history."""

from lms.quizzes.queries.intro import Intro, intro, next_try
from lms.quizzes.queries.results import Line, Mode, Result, Review, papers, result_of, seen
from lms.quizzes.queries.sittings import (
    ONCE,
    Drawn,
    Frozen,
    PastAttempt,
    Sitting,
    as_past,
    asked_question,
    history,
    items_of,
    left_of,
    open_count,
    own_sitting,
    seen_by,
    time_factor,
    visible_sitting,
)

__all__ = [
    "ONCE",
    "Drawn",
    "Frozen",
    "Intro",
    "Line",
    "Mode",
    "PastAttempt",
    "Result",
    "Review",
    "Sitting",
    "as_past",
    "asked_question",
    "history",
    "intro",
    "items_of",
    "left_of",
    "next_try",
    "open_count",
    "own_sitting",
    "papers",
    "result_of",
    "seen",
    "seen_by",
    "time_factor",
    "visible_sitting",
]
