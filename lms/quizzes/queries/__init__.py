"""Reading attempts: as a paper to answer, as a result that teaches, as a history."""

from lms.quizzes.queries.intro import Intro, intro, next_try
from lms.quizzes.queries.occasions import Chances, Occasion, chances, makeup_number, occasion_now, occasions
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
    open_count,
    own_sitting,
    seconds_between,
    seen_by,
    visible_sitting,
)

__all__ = [
    "ONCE",
    "Chances",
    "Drawn",
    "Frozen",
    "Intro",
    "Line",
    "Mode",
    "Occasion",
    "PastAttempt",
    "Result",
    "Review",
    "Sitting",
    "as_past",
    "asked_question",
    "chances",
    "history",
    "intro",
    "items_of",
    "makeup_number",
    "next_try",
    "occasion_now",
    "occasions",
    "open_count",
    "own_sitting",
    "papers",
    "result_of",
    "seconds_between",
    "seen",
    "seen_by",
    "visible_sitting",
]
