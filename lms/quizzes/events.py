"""Facts of the knowledge checks."""

from dataclasses import dataclass
from datetime import datetime

from lms.core.points import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizGraded:
    """An attempt was closed and marked, in this transaction. earned, possible in 1/27,720 point; `at` in UTC.

    attempt_id: the attempt's public name. passed: None while a written answer still waits for its marker.
    """

    person_id: int
    document_id: int
    attempt_id: str
    earned: Points
    possible: Points
    passed: bool | None
    at: datetime
