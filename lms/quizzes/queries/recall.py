"""What a person has learned and may be asked again, and which round of a recurring check is open for somebody."""

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.rules import CHECK
from lms.content import queries as content
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

_KEY_WAS_SEEN = exists().where(
    AttemptItem.part_id == Part.id,
    AttemptItem.attempt_id == Attempt.id,
    Attempt.person_id == bindparam("person_id"),
    Attempt.state.in_(CLOSED),
    or_(Attempt.mode != Use.EXAM.value, Attempt.passed.is_(True)),
)
"""A question that was met only in an exam that is still to be passed would give its key away."""

_LEARNED = exists().where(
    Standing.document_id == Part.document_id,
    Standing.person_id == bindparam("person_id"),
    Standing.state == "done",
)
_exam, _passed, _paper, _sat = aliased(Attempt), aliased(Attempt), aliased(AttemptItem), aliased(Attempt)
_WAITS_FOR_A_PASS = exists().where(
    _exam.document_id == Part.document_id,
    _exam.person_id == bindparam("person_id"),
    _exam.mode == Use.EXAM.value,
    _exam.state != State.VOIDED.value,
    ~exists().where(
        _passed.document_id == _exam.document_id,
        _passed.person_id == bindparam("person_id"),
        _passed.state.in_(CLOSED),
        _passed.passed.is_(True),
    ),
)
"""Sat and not passed, also where a regrade took the pass away: the standing stays done, the key is closed again."""
_IS_OWED = exists().where(
    Assignment.document_id == Part.document_id,
    Assignment.person_id == bindparam("person_id"),
    Assignment.state == "open",
    Document.use == Use.EXAM.value,
)
_IS_OWED_IN_A_COURSE = exists().where(
    AssignmentItem.document_id == Part.document_id,
    AssignmentItem.done_at.is_(None),
    ~AssignmentItem.exempt,
    AssignmentItem.assignment_id == Assignment.id,
    Assignment.person_id == bindparam("person_id"),
    Assignment.state == "open",
    Document.use == Use.EXAM.value,
)
"""Passed once and to be passed again, perhaps with other questions."""
_IS_ON_AN_OPEN_PAPER = exists().where(
    or_(_paper.part_id == Part.id, _paper.part_version_sha == Part.text_sha),
    _paper.attempt_id == _sat.id,
    _sat.person_id == bindparam("person_id"),
    _sat.mode == Use.EXAM.value,
    _sat.state == State.OPEN.value,
)
_WOULD_GIVE_A_KEY_AWAY = or_(_WAITS_FOR_A_PASS, _IS_OWED, _IS_OWED_IN_A_COURSE, _IS_ON_AN_OPEN_PAPER)
_IS_HELD = exists().where(ReviewMark.part_id == Part.id, ReviewMark.cleared_at.is_(None))
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
    .where(
        Part.kind == PartKind.QUESTION.value,
        Part.retired_at.is_(None),
        Document.state == "published",
        # A written answer would wait for its marker: a check is over in three minutes.
        PartVersion.spec["shape"]["is"].as_string() != Kind.OPEN.value,
        ~_IS_HELD,
        ~_WOULD_GIVE_A_KEY_AWAY,
        Part.text_sha.not_in(IS_DROPPED),
        or_(_LEARNED, and_(Memory.part_id.is_not(None), _KEY_WAS_SEEN)),
    )
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


_QUIZZES = (
    select(Document.id, Document.published_id)
    .where(Document.kind == "quiz", Document.state == "published", Document.published_id.is_not(None))
    .order_by(Document.id)
)


def recurring_checks() -> list[tuple[int, Recurring]]:
    """Return the document and the plan of every recurring check that is published."""
    found = []
    for row in rows(_QUIZZES, {}).all():
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
