"""What is told of each fact: its subject, verb, activity and result."""

from dataclasses import replace

from lms.core import clock
from lms.drills.events import DrillScored, DrillStarted
from lms.integrations.actions.xapi import What
from lms.integrations.queries import xapi as reading
from lms.integrations.rules.xapi import Result, verb_of
from lms.learning.events import CertificateIssued
from lms.quizzes.events import QuizGraded, QuizRegraded, QuizStarted
from lms.records.events import DocumentCompleted

CERTIFICATE = "certificate:"
"""How the log's lines and our subjects name a certificate: with its code behind it."""


def of_start(fact: QuizStarted | DrillStarted) -> What | None:
    """Return what is told of a beginning."""
    quiz = isinstance(fact, QuizStarted)
    name = fact.attempt_id if isinstance(fact, QuizStarted) else fact.run_id
    activity = reading.document(fact.document_id)
    if activity is None:
        return None
    return What(
        subject=f"{'quiz' if quiz else 'drill'}-begun:{name}",
        fact=type(fact).__name__,
        person_id=fact.person_id,
        verb="initialized",
        activity=activity,
        at=fact.at,
        attempt=name,
    )


def of_quiz(fact: QuizGraded | QuizRegraded) -> What | None:
    """Return what is told of an attempt; its score only once it is decided."""
    activity = reading.document(fact.document_id)
    if activity is None:
        return None
    result = Result(completion=True, seconds=reading.seconds_of(attempt_id=fact.attempt_id))
    if fact.passed is not None:
        result = replace(result, success=fact.passed, earned=fact.earned, possible=fact.possible)
    return What(
        subject=f"quiz:{fact.attempt_id}",
        fact=type(fact).__name__,
        person_id=fact.person_id,
        verb=verb_of(fact.passed),
        activity=activity,
        at=fact.at,
        result=result,
        attempt=fact.attempt_id,
    )


def of_drill(fact: DrillScored) -> What | None:
    """Return what is told of a run."""
    activity = reading.document(fact.document_id)
    if activity is None:
        return None
    return What(
        subject=f"drill:{fact.run_id}",
        fact="DrillScored",
        person_id=fact.person_id,
        verb=verb_of(fact.passed),
        activity=activity,
        at=fact.at,
        attempt=fact.run_id,
        result=Result(
            success=fact.passed,
            completion=True,
            earned=fact.earned,
            possible=fact.possible,
            seconds=reading.seconds_of(run_id=fact.run_id),
        ),
    )


def of_completion(fact: DocumentCompleted) -> What | None:
    """Return what is told of a completion."""
    activity = reading.document(fact.document_id)
    if activity is None:
        return None
    return What(
        subject=done_subject(fact.person_id, fact.document_id),
        fact="DocumentCompleted",
        person_id=fact.person_id,
        verb="completed",
        activity=activity,
        at=fact.at,
        result=Result(completion=True),
    )


def done_subject(person_id: int, document_id: int) -> str:
    """Return the subject of what is told of a person's completions of a document."""
    return f"done:{reading.name_of(person_id)}:{document_id}"


def of_certificate(fact: CertificateIssued) -> What | None:
    """Return what is told of a certificate."""
    activity = reading.certificate(fact.code)
    if activity is None:
        return None
    return What(
        subject=f"{CERTIFICATE}{fact.code}",
        fact="CertificateIssued",
        person_id=fact.person_id,
        verb="earned",
        activity=activity,
        at=reading.issued_at(fact.code) or clock.now(),
    )
