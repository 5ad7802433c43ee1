"""Facts of the knowledge checks."""

from dataclasses import dataclass
from datetime import datetime

from lms.core.points import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizStarted:
    """An attempt was begun, in this transaction. attempt_id: its public name; `at` in UTC."""

    person_id: int
    document_id: int
    attempt_id: str
    at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizRegraded:
    """A closed attempt has another result, because a key was corrected or a question dropped, in this transaction.

    earned, possible in 1/27,720 point, as they count now. passed_before: what its person was told until then.
    """

    person_id: int
    document_id: int
    attempt_id: str
    earned: Points
    possible: Points
    passed: bool | None
    passed_before: bool | None
    at: datetime
