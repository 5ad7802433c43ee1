"""What a person has learned and may be asked again, and which round of a recurring check is open for somebody."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.rules import CHECK
from lms.content import queries as content
from lms.content.audience import IS_FOR_ALL
from lms.content.models import Document, Part, PartVersion, ReviewMark
from lms.content.parts import PartKind
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.questions.spec import Kind
from lms.quizzes.models import Attempt, AttemptItem, Memory
from lms.quizzes.queries.corrections import IS_DROPPED
from lms.quizzes.rules.attempts import CLOSED, State
from lms.quizzes.rules.recall import Candidate, Remembered
from lms.quizzes.spec import QuizSpec, Recurring, Use
from lms.records.models import Standing

_exam, _passed, _paper, _sat = aliased(Attempt), aliased(Attempt), aliased(AttemptItem), aliased(Attempt)
_known = aliased(Memory)
_IS_HELD = exists().where(ReviewMark.part_id == Part.id, ReviewMark.cleared_at.is_(None))


def _there_is(tables: Sequence[Any], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether these tables hold such a row; whatever else is named belongs to the statement around, or to one
    further out."""
    return exists().where(*conditions).correlate_except(*tables)


def _is_learned(person_id: Any) -> ColumnElement[bool]:
    """A document of it was completed, or it was answered where its key could be seen.

    A question that was met only in an exam that is still to be passed would give its key away.
    """
    completed = _there_is(
        (Standing,),
        Standing.document_id == Part.document_id,
        Standing.person_id == person_id,
        Standing.state == "done",
    )
    key_was_seen = _there_is(
        (AttemptItem, Attempt),
        AttemptItem.part_id == Part.id,
        AttemptItem.attempt_id == Attempt.id,
        Attempt.person_id == person_id,
        Attempt.state.in_(CLOSED),
        or_(Attempt.mode != Use.EXAM.value, Attempt.passed.is_(True)),
    )
    answered = _there_is((_known,), _known.part_id == Part.id, _known.person_id == person_id)
    return or_(completed, and_(answered, key_was_seen))


def _would_give_a_key_away(person_id: Any) -> ColumnElement[bool]:
    """Sat and not passed, also where a regrade took the pass away; to be passed once more; or sat at this moment."""
    waits_for_a_pass = _there_is(
        (_exam,),
        _exam.document_id == Part.document_id,
        _exam.person_id == person_id,
        _exam.mode == Use.EXAM.value,
        _exam.state != State.VOIDED.value,
        ~_there_is(
            (_passed,),
            _passed.document_id == _exam.document_id,
            _passed.person_id == person_id,
            _passed.state.in_(CLOSED),
            _passed.passed.is_(True),
        ),
    )
    is_owed = _there_is(
        (Assignment,),
        Assignment.document_id == Part.document_id,
        Assignment.person_id == person_id,
        Assignment.state == "open",
        Document.use == Use.EXAM.value,
    )
    is_owed_in_a_course = _there_is(
        (AssignmentItem, Assignment),
        AssignmentItem.document_id == Part.document_id,
        AssignmentItem.done_at.is_(None),
        ~AssignmentItem.exempt,
        AssignmentItem.assignment_id == Assignment.id,
        Assignment.person_id == person_id,
        Assignment.state == "open",
        Document.use == Use.EXAM.value,
    )
    is_on_an_open_paper = _there_is(
        (_paper, _sat),
        or_(_paper.part_id == Part.id, _paper.part_version_sha == Part.text_sha),
        _paper.attempt_id == _sat.id,
        _sat.person_id == person_id,
        _sat.mode == Use.EXAM.value,
        _sat.state == State.OPEN.value,
    )
    return or_(waits_for_a_pass, is_owed, is_owed_in_a_course, is_on_an_open_paper)


def _may_be_asked(person_id: Any) -> ColumnElement[bool]:
    """Return the condition on Part, PartVersion and Document that a check may ask it, where the person may read it."""
    return and_(
        Part.kind == PartKind.QUESTION.value,
        Part.retired_at.is_(None),
        Document.state == "published",
        # A written answer would wait for its marker: a check is over in three minutes.
        PartVersion.spec["shape"]["is"].as_string() != Kind.OPEN.value,
        ~_IS_HELD,
        ~_would_give_a_key_away(person_id),
        Part.text_sha.not_in(IS_DROPPED),
        _is_learned(person_id),
    )


_CANDIDATES = (
    select(
        Part.id,
        Part.document_id,
        Part.text_sha,
        Memory.stability,
        Memory.difficulty,
        Memory.due_at,
        Memory.last_at,
    )
    .join(PartVersion, PartVersion.sha == Part.text_sha)
    .join(Document, Document.id == Part.document_id)
    .outerjoin(Memory, and_(Memory.part_id == Part.id, Memory.person_id == bindparam("person_id")))
    .where(_may_be_asked(bindparam("person_id")))
    .order_by(Part.id)
)


def candidates(actor: Actor) -> dict[Candidate, bytes]:
    """Return what the person has learned and may be asked, each with the digest of what is asked; none asks the same.

    Learned is what belongs to a document that the person has completed, and what was answered where its key could be
    seen. Left out: what is in doubt, dropped, withdrawn, not for the person any more, written at length, or asked in
    an exam that the person sits now or has still to pass.
    """
    found: dict[bytes, Candidate] = {}
    for row in session().execute(_CANDIDATES.where(content.readable(actor)), {"person_id": actor.id}):
        memory = None
        if row.stability is not None:
            memory = Remembered(
                stability=row.stability, difficulty=row.difficulty, due_at=row.due_at, last_at=row.last_at
            )
        if row.text_sha not in found or memory is not None:
            found[row.text_sha] = Candidate(part_id=row.id, document_id=row.document_id, memory=memory)
    return {candidate: sha for sha, candidate in found.items()}


_COUNTED = (
    select(func.count(Part.text_sha.distinct()))
    .select_from(Part)
    .join(PartVersion, PartVersion.sha == Part.text_sha)
    .join(Document, Document.id == Part.document_id)
    .where(_may_be_asked(Person.id))
    .correlate(Person)
)
count_learned = _COUNTED.scalar_subquery()
"""How many questions a Person has learned and may be asked, each counted once; also of documents meant for others."""
count_for_all = _COUNTED.where(IS_FOR_ALL).scalar_subquery()
"""Of these, the questions of documents that are for everybody."""


_RECURRING = (
    select(Document.id, Document.published_id)
    .where(
        Document.kind == "quiz",
        Document.use == content.RECURRING,
        Document.state == "published",
        Document.published_id.is_not(None),
    )
    .order_by(Document.id)
)


def recurring_checks() -> list[tuple[int, Recurring]]:
    """Return the document and the plan of every recurring check that is published."""
    found = []
    for row in rows(_RECURRING, {}).all():
        quiz: QuizSpec = content.compiled(row.published_id)
        if quiz.recurring:
            found.append((row.id, quiz.recurring))
    return found


_OPEN_ROUND = (
    select(Assignment.occasion)
    .where(
        Assignment.person_id == bindparam("person_id"),
        Assignment.document_id == bindparam("document_id"),
        Assignment.state == "open",
        Assignment.occasion.startswith(CHECK),
    )
    .order_by(Assignment.occasion.desc())
    .limit(1)
)


def open_round(person_id: int, document_id: int) -> str | None:
    """Return the occasion of the round that the person still owes; None = nothing is owed, it is exercise."""
    found: str | None = rows(_OPEN_ROUND, {"person_id": person_id, "document_id": document_id}).scalar()
    return found
