"""Reading what a fact says to another system: who and what by public names, never by the numbers of rows."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.content.queries.reading import cards
from lms.core.db import rows
from lms.core.points import Points, decimal_text, percent
from lms.drills.events import DrillScored
from lms.learning.events import CertificateIssued, QueueRightChanged
from lms.performance.events import CompositeChanged
from lms.quizzes.events import QuizGraded, QuizRegraded
from lms.records.events import DocumentCompleted

FACTS = (
    QuizGraded,
    QuizRegraded,
    DrillScored,
    DocumentCompleted,
    CertificateIssued,
    QueueRightChanged,
    CompositeChanged,
)
"""What other systems may be told of, by the names of these classes."""
NAMES = tuple(fact.__name__ for fact in FACTS)

Fact = (
    QuizGraded
    | QuizRegraded
    | DrillScored
    | DocumentCompleted
    | CertificateIssued
    | QueueRightChanged
    | CompositeChanged
)

AT_ONCE = 500
"""People who are looked up by one statement."""


def people_of(facts: Collection[Fact]) -> dict[int, dict[str, Any]]:
    """Return how the people of these facts are named to other systems, by id."""
    ids = sorted({fact.person_id for fact in facts})
    found = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        for row in rows(select(Person.id, Person.public_id, Person.employee_no).where(Person.id.in_(some))):
            found[row.id] = {"id": row.public_id, "employee_no": row.employee_no}
    return found


def data_of(fact: Fact, people: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    """Return what is told of a fact: the person first, then what it is about. people: from `people_of`."""
    found: dict[str, Any] = {"person": people[fact.person_id]}
    match fact:
        case QuizGraded() | QuizRegraded():
            found |= {**_document(fact.document_id), "attempt": fact.attempt_id, "passed": fact.passed}
            found["score"] = _score(fact.earned, fact.possible)
            if isinstance(fact, QuizRegraded):
                found["passed_before"] = fact.passed_before
        case DrillScored():
            found |= {**_document(fact.document_id), "run": fact.run_id, "passed": fact.passed, "again": fact.again}
            found["score"] = _score(fact.earned, fact.possible)
        case DocumentCompleted():
            found |= _document(fact.document_id)
        case CertificateIssued():
            found |= {**_document(fact.document_id), "code": fact.code, "valid_until": _day(fact.valid_until)}
        case QueueRightChanged():
            found |= {"queue": fact.queue, "allowed": fact.allowed, "since": _instant(fact.since)}
            found["lacks"] = list(fact.lacks)
        case CompositeChanged():
            found |= {"period": fact.period, "total": fact.total, "formula": fact.formula}
    return found


def _document(document_id: int) -> dict[str, str | None]:
    card = cards([document_id]).get(document_id)
    return {"document": f"{card.kind}:{card.slug}" if card else None, "title": card.title if card else None}


def _score(earned: Points, possible: Points) -> float:
    """Return a score of 0–100 as the API gives it."""
    return float(decimal_text(percent(earned, possible)))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
