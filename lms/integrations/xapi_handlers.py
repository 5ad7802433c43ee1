"""What the learning record store hears of; rooms.py subscribes it. Without a store nothing is done."""

from lms.core.db import session
from lms.drills.events import DrillScored, DrillStarted
from lms.integrations.actions import xapi
from lms.integrations.actions.xapi import What
from lms.integrations.actions.xapi_facts import (
    CERTIFICATE,
    done_subject,
    of_certificate,
    of_completion,
    of_drill,
    of_quiz,
    of_start,
)
from lms.integrations.queries.xapi import is_on
from lms.learning.events import CertificateIssued
from lms.quizzes.events import QuizGraded, QuizRegraded, QuizStarted
from lms.records.events import DocumentCompleted, RecordAppended, Verb
from lms.records.models import Standing


def on_started(fact: QuizStarted | DrillStarted) -> None:
    """Somebody has begun a quiz or a drill."""
    if is_on():
        _put(of_start(fact))


def on_quiz(fact: QuizGraded | QuizRegraded) -> None:
    """An attempt has a result, or another one."""
    if is_on():
        _put(of_quiz(fact))


def on_drill(fact: DrillScored) -> None:
    """A run was scored, or scored anew."""
    if is_on():
        _put(of_drill(fact))


def on_completed(fact: DocumentCompleted) -> None:
    """A document was completed for the first time."""
    if is_on():
        _put(of_completion(fact))


def on_certificate(fact: CertificateIssued) -> None:
    """A certificate was given."""
    if is_on():
        _put(of_certificate(fact))


def _put(what: What | None) -> None:
    if what is not None:
        xapi.put(what)


def on_record(fact: RecordAppended) -> None:
    """A line of the log was voided or a certificate taken back: what was told of it is voided as well."""
    if fact.verb not in (Verb.VOIDED, Verb.REVOKED) or not is_on():
        return
    if fact.ref.startswith(CERTIFICATE):
        xapi.void_last(fact.ref, fact.at)
    elif fact.ref:
        xapi.void_last(f"quiz:{fact.ref}", fact.at)
        xapi.void_last(f"drill:{fact.ref}", fact.at)
    if fact.document_id is not None:
        standing = session().get(Standing, (fact.person_id, fact.document_id))
        if standing is None or standing.state != "done":
            xapi.void_last(done_subject(fact.person_id, fact.document_id), fact.at)
