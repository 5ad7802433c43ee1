"""Telling a learning record store what happened before it was there, from the learning log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.core.db import rows, session
from lms.drills.events import DrillScored
from lms.integrations.actions import xapi
from lms.integrations.actions import xapi_facts as telling
from lms.integrations.actions.xapi import What
from lms.learning.events import CertificateIssued
from lms.quizzes.events import QuizGraded
from lms.records.events import DocumentCompleted, Verb
from lms.records.models import Record, Standing

CHUNK = 200
"""Lines of the log in one transaction."""
TOLD = (Verb.GRADED.value, Verb.COMPLETED.value, Verb.ACKNOWLEDGED.value, Verb.CONFIRMED.value, Verb.CERTIFIED.value)


def lines(since: datetime, after: int) -> Sequence[Record]:
    """Return the next lines of the log, from a time and behind a number, of which a store may be told."""
    return (
        session()
        .scalars(
            select(Record)
            .where(Record.at >= since, Record.seq > after, Record.verb.in_(TOLD))
            .order_by(Record.seq)
            .limit(CHUNK)
        )
        .all()
    )


def put(found: Sequence[Record]) -> int:
    """Put what these lines say on its way, as it counts today and where nothing was told of it; return how many."""
    later = _corrections([line.seq for line in found])
    count = 0
    for line in found:
        if not any(each.verb in (Verb.VOIDED.value, Verb.REVOKED.value) for each in later.get(line.seq, ())):
            for what in _told(line, later):
                count += xapi.put(what, once=True)
    return count


def _corrections(numbers: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    statement = select(Record.corrects, Record.verb, Record.earned, Record.possible, Record.passed)
    for row in rows(statement.where(Record.corrects.in_(numbers)).order_by(Record.seq)):
        found.setdefault(row.corrects, []).append(row)
    return found


def _told(line: Record, later: Mapping[int, list[Any]]) -> list[What]:
    found: list[What | None] = []
    if line.verb == Verb.GRADED and line.document_id is not None:
        found.append(_graded(line, line.document_id, later[line.seq][-1] if later.get(line.seq) else line))
    if line.verb == Verb.CERTIFIED and line.document_id is not None:
        code = line.ref.removeprefix(telling.CERTIFICATE)
        found.append(
            telling.of_certificate(
                CertificateIssued(
                    person_id=line.person_id, document_id=line.document_id, code=code, valid_until=line.valid_until
                )
            )
        )
    elif line.document_id is not None:
        standing = session().get(Standing, (line.person_id, line.document_id))
        if standing is not None and standing.state == "done" and standing.first_done_at == line.at:
            done = DocumentCompleted(
                person_id=line.person_id, document_id=line.document_id, revision_id=line.revision_id, at=line.at
            )
            found.append(telling.of_completion(done))
    return [what for what in found if what is not None]


def _graded(line: Record, document_id: int, last: Any) -> What | None:
    """Return what is told of an attempt or a run. last: the line whose result counts now."""
    person_id, earned, possible = line.person_id, last.earned or 0, last.possible or 0
    if line.source == "quiz":
        return telling.of_quiz(
            QuizGraded(
                person_id=person_id,
                document_id=document_id,
                attempt_id=line.ref,
                earned=earned,
                possible=possible,
                passed=last.passed,
                at=line.at,
            )
        )
    if line.source == "drill":
        return telling.of_drill(
            DrillScored(
                person_id=person_id,
                document_id=document_id,
                run_id=line.ref,
                earned=earned,
                possible=possible,
                passed=bool(last.passed),
                at=line.at,
            )
        )
    return None
