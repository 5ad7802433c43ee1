"""What people said of runs: reviews, scorings one beside the other, replies that wait, findings that offer a mend."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased, undefer

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.points import percent
from lms.drills.models import Run, RunOverrule, RunReview, RunScore
from lms.drills.queries.ended import ENDED
from lms.records.events import Verb
from lms.records.models import Record, RecordNote

MOST_WAITING = 200

_by = aliased(Person)
_REVIEW = (
    select(RunReview, _by.name).join(_by, _by.id == RunReview.by_id).where(RunReview.run_id == bindparam("run_id"))
)
_SCORES = (
    select(RunScore, _by.name, Revision.number.label("revision"))
    .options(undefer(RunScore.result))
    .outerjoin(_by, _by.id == RunScore.by_id)
    .join(Revision, Revision.id == RunScore.revision_id)
    .where(RunScore.run_id == bindparam("run_id"))
    .order_by(RunScore.number)
)
_NOTES = (
    select(Record.earned, RecordNote.text)
    .join(RecordNote, RecordNote.seq == Record.seq)
    .where(
        Record.person_id == bindparam("person_id"),
        Record.ref == bindparam("ref"),
        Record.verb == Verb.REGRADED.value,
    )
    .order_by(Record.seq)
)
_OVERRULES = (
    select(RunOverrule, _by.name)
    .join(_by, _by.id == RunOverrule.by_id)
    .where(RunOverrule.run_id == bindparam("run_id"))
    .order_by(RunOverrule.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """version: to be sent back with the next one."""

    by: str
    rating: int | None
    comment: str
    at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """One scoring of a run. total: 0..100. by: "" for the server. revision: number of the version it was scored by."""

    number: int
    cause: str
    at: datetime
    by: str
    total: Fraction
    passed: bool
    revision: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What somebody found of a line."""

    seq: int
    line: int
    held: bool
    reason: str
    by: str
    at: datetime


def review_of(run_id: int) -> Review | None:
    """Return what was said of a run as a whole."""
    row = session().execute(_REVIEW, {"run_id": run_id}).one_or_none()
    if row is None:
        return None
    said: RunReview = row.RunReview
    return Review(by=row.name or "", rating=said.rating, comment=said.comment, at=said.at, version=said.version)


def scorings(run_id: int, person_id: int, public_id: str) -> tuple[Scoring, ...]:
    """Return every scoring of a run, the first one first. Two statements where there is more than one, else one."""
    found = session().execute(_SCORES, {"run_id": run_id}).all()
    notes: list[Any] = list(rows(_NOTES, {"person_id": person_id, "ref": public_id})) if len(found) > 1 else []
    told = []
    for row in found:
        score: RunScore = row.RunScore
        note = ""
        if score.cause != "end" and notes and notes[0].earned == score.earned:
            note = notes.pop(0).text
        told.append(
            Scoring(
                number=score.number,
                cause=score.cause,
                at=score.at,
                by=row.name or "",
                total=percent(score.earned, score.possible),
                passed=score.passed,
                revision=row.revision,
                note=note,
            )
        )
    return tuple(told)


def findings(run_id: int) -> tuple[Finding, ...]:
    """Return what people found of the lines of a run, the first one first."""
    return tuple(
        Finding(
            seq=row.RunOverrule.seq,
            line=row.RunOverrule.line,
            held=row.RunOverrule.held,
            reason=row.RunOverrule.reason,
            by=row.name or "",
            at=row.RunOverrule.at,
        )
        for row in session().execute(_OVERRULES, {"run_id": run_id})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A run with a reply that a person has to look at."""

    public_id: str
    person: str
    title: str
    slug: str
    ended_at: datetime


def _waiting(actor: Actor) -> Any:
    return (
        Run.waiting,
        Run.state == ENDED,
        Run.person_id != actor.id,
        visible(actor, Permission.DRILL_REVIEW),
    )


def waiting(actor: Actor) -> list[Waiting]:
    """Return the runs with a reply that waits for the actor, the oldest first, at most MOST_WAITING."""
    found = session().execute(
        select(Run.public_id, Run.ended_at, Person.name, Document.title, Slug.slug)
        .join(Person, Person.id == Run.person_id)
        .join(Document, Document.id == Run.document_id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(*_waiting(actor))
        .order_by(Run.ended_at, Run.id)
        .limit(MOST_WAITING)
    )
    return [
        Waiting(public_id=row.public_id, person=row.name or "", title=row.title, slug=row.slug, ended_at=row.ended_at)
        for row in found
    ]


def waiting_count(actor: Actor) -> int:
    """Return how many runs have a reply that waits for the actor: one short statement."""
    statement = select(func.count()).select_from(Run).join(Person, Person.id == Run.person_id).where(*_waiting(actor))
    return session().scalar(statement) or 0
