"""Reading what a fact says to another system: who and what by public names, never by the numbers of rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.content.queries.reading import cards
from lms.core.db import rows
from lms.core.points import Points, decimal_text, percent
from lms.drills.events import DrillScored
from lms.learning.events import CertificateIssued, QueueRightChanged
from lms.quizzes.events import QuizGraded, QuizRegraded
from lms.records.events import DocumentCompleted

FACTS = (QuizGraded, QuizRegraded, DrillScored, DocumentCompleted, CertificateIssued, QueueRightChanged)
"""What other systems may be told of, by the names of these classes."""
NAMES = tuple(fact.__name__ for fact in FACTS)

Fact = QuizGraded | QuizRegraded | DrillScored | DocumentCompleted | CertificateIssued | QueueRightChanged


def data_of(fact: Fact) -> dict[str, Any]:
    """Return what is told of a fact: the person first, then what it is about."""
    person = rows(select(Person.public_id, Person.employee_no).where(Person.id == fact.person_id)).one()
    found: dict[str, Any] = {"person": {"id": person.public_id, "employee_no": person.employee_no}}
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
