"""Reading what is to be confirmed: whom a publication asks again, what somebody knew, which questions are put."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.assignments.actions import DELTA, MUST_READ
from lms.assignments.models import Assignment, AssignmentReason
from lms.assignments.rules import READ
from lms.content import meant
from lms.content import queries as content
from lms.content.actions import marks
from lms.content.models import Document, Edge, Part, PartVersion, ReviewMark, Revision
from lms.content.parts import PartKind
from lms.core import clock
from lms.core.db import rows, session
from lms.core.plain import from_plain
from lms.kb.rules.cards import Ask, asks, own_questions, text_changes, within_of
from lms.kb.spec import ArticleSpec
from lms.questions.spec import Question
from lms.records.models import Standing

RESTING = ("lesson", "quiz")
"""Kinds by which somebody learns a rule without reading its article."""


_section = aliased(Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whom a version of an article asks. must: everybody whose must-read it is; again: who learned what has changed.

    is_new: the version says something else than the one before, or is the first.
    """

    must: frozenset[int]
    again: frozenset[int]
    is_new: bool
    within: int

    @property
    def people(self) -> frozenset[int]:
        return self.must | self.again

    def reasons(self) -> dict[int, list[str]]:
        """Return the kinds of reason by person."""
        return {
            person_id: [kind for kind, people in ((MUST_READ, self.must), (DELTA, self.again)) if person_id in people]
            for person_id in self.people
        }


def plan_of(
    document_id: int,
    after: ArticleSpec,
    before: ArticleSpec | None,
    touched: Sequence[int],
    *,
    minor: bool = False,
    revision_id: int | None = None,
    at: datetime | None = None,
) -> Plan:
    """Return whom a version asks; what is shown before publishing is what is done by it.

    touched: ids of the parts that read otherwise or are gone. revision_id: the version, once published, and at: when
    that was; who learned later learned it.
    """
    among = meant.people()
    may = meant.readers(among, after.about.audience)
    is_new = before is None or (not minor and bool(text_changes(before, after)))
    again: frozenset[int] = frozenset()
    if is_new and before is not None:
        again = (confirmed_by(document_id) | learned(document_id, touched, at or clock.now(), revision_id)) & may
    return Plan(must=meant.meant(among, after.must_read) & may, again=again, is_new=is_new, within=within_of(after))


def confirmed_by(document_id: int) -> frozenset[int]:
    """Return who has read an article to the end, in whichever version."""
    return frozenset(
        session().scalars(
            select(Standing.person_id).where(Standing.document_id == document_id, Standing.state == "done")
        )
    )


def learned(document_id: int, touched: Sequence[int], at: datetime, revision_id: int | None) -> frozenset[int]:
    """Return who had completed a lesson or passed a quiz that rests on one of these sections, by that moment."""
    resting = resting_on(document_id, touched, revision_id)
    if not resting:
        return frozenset()
    return frozenset(
        session().scalars(
            select(Standing.person_id)
            .where(Standing.document_id.in_(resting), Standing.state == "done", Standing.first_done_at <= at)
            .distinct()
        )
    )


def resting_on(document_id: int, touched: Sequence[int], revision_id: int | None) -> set[int]:
    """Return the lessons and quizzes that rest on these sections of an article: those that are 待复核 because of it.

    revision_id: the version that touched them, None before it is published.
    """
    if revision_id is None:
        document = session().get_one(Document, document_id)
        return {each.document_id for each in marks.resting(document, touched) if each.document_kind in RESTING}
    return set(
        session().scalars(
            select(ReviewMark.document_id)
            .join(Document, Document.id == ReviewMark.document_id)
            .where(ReviewMark.cause_revision_id == revision_id, Document.kind.in_(RESTING))
            .distinct()
        )
    )


def last_asking(document_id: int, besides: int | None = None) -> int | None:
    """Return the latest published revision that was no minor one, the first one where all were; None before any."""
    compiled = select(Revision.id).where(Revision.document_id == document_id, Revision.compiled_sha.is_not(None))
    if besides is not None:
        compiled = compiled.where(Revision.id != besides)
    current = session()
    major = current.scalar(compiled.where(~Revision.minor).order_by(Revision.id.desc()).limit(1))
    return major or current.scalar(compiled.order_by(Revision.id).limit(1))


# one person's card


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a person is to confirm of an article. wanted_id: the revision that has to be confirmed, or a later one.

    base_id: what the person knew, None where all is new. confirmed_id, at: what they last confirmed and when.
    """

    owed: bool
    wanted_id: int | None
    due_on: date | None
    base_id: int | None
    confirmed_id: int | None
    at: datetime | None


_CARD = (
    select(
        Assignment.id,
        Assignment.state,
        Assignment.revision_id,
        Assignment.next_due_on,
        Standing.confirmed_revision_id,
        Standing.last_done_at,
        Standing.state.label("standing"),
    )
    .select_from(Document)
    .outerjoin(
        Assignment,
        and_(
            Assignment.document_id == Document.id,
            Assignment.person_id == bindparam("person_id"),
            Assignment.occasion == READ,
        ),
    )
    .outerjoin(Standing, and_(Standing.document_id == Document.id, Standing.person_id == bindparam("person_id")))
    .where(Document.id == bindparam("document_id"))
)


def card_of(person_id: int, document_id: int) -> Card:
    row = rows(_CARD, {"person_id": person_id, "document_id": document_id}).one()
    confirmed = row.confirmed_revision_id if row.standing == "done" else None
    owed = row.state == "open"
    base = confirmed
    if base is None and owed:
        base = _learned_with(row.id, document_id)
    return Card(
        owed=owed,
        wanted_id=row.revision_id,
        due_on=row.next_due_on if owed else None,
        base_id=base,
        confirmed_id=confirmed,
        at=row.last_done_at if confirmed is not None else None,
    )


def _learned_with(assignment_id: int, document_id: int) -> int | None:
    """Return what was published when somebody learned it by a lesson or quiz: before the first change they owe."""
    refs = session().scalars(
        select(AssignmentReason.ref).where(
            AssignmentReason.assignment_id == assignment_id,
            AssignmentReason.kind == DELTA,
            AssignmentReason.until.is_(None),
        )
    )
    first = min((int(ref.partition(":")[2]) for ref in refs), default=None)
    if first is None:
        return None
    return session().scalar(
        select(func.max(Revision.id)).where(
            Revision.document_id == document_id, Revision.compiled_sha.is_not(None), Revision.id < first
        )
    )


def quiz_questions(person_id: int, document_id: int, anchors: Collection[str], base_id: int) -> list[Question]:
    """Return questions on these sections that a trainer has confirmed since the base, of quizzes the person passed.

    Never one in doubt, and none of an examination: its key is nobody's affair outside of it.
    """
    if not anchors:
        return []
    sections = select(_section.id).where(_section.document_id == document_id, _section.anchor.in_(anchors))
    since = select(Revision.at).where(Revision.id == base_id).scalar_subquery()
    mark = select(ReviewMark.id).where(ReviewMark.part_id == Part.id)
    passed = exists().where(
        Standing.person_id == person_id, Standing.document_id == Edge.from_document_id, Standing.state == "done"
    )
    found = (
        session()
        .execute(
            select(Part.id, PartVersion.spec, Document.published_id)
            .join(Edge, Edge.from_part_id == Part.id)
            .join(Document, Document.id == Part.document_id)
            .join(PartVersion, PartVersion.sha == Part.text_sha)
            .where(
                Edge.to_part_id.in_(sections),
                Part.kind == PartKind.QUESTION,
                Part.retired_at.is_(None),
                Document.kind == "quiz",
                Document.state == "published",
                passed,
                ~mark.where(ReviewMark.cleared_at.is_(None)).exists(),
                mark.where(ReviewMark.cleared_at >= since).exists(),
            )
            .order_by(Part.position)
        )
        .all()
    )
    specs = {row.published_id: content.compiled(row.published_id) for row in found if row.published_id}
    exams = {published_id for published_id, spec in specs.items() if _is_exam(spec)}
    return [from_plain(Question, row.spec) for row in found if row.published_id not in exams]


def _is_exam(quiz: Any) -> bool:
    """Return whether a quiz is an examination, as its compiled form says; the room of quizzes is a stranger here."""
    return bool(quiz.rules.use == "exam")


def questions_of(person_id: int, document_id: int, revision_id: int, base_id: int | None, *, seed: str) -> list[Ask]:
    """Return what a person answers before they confirm a version. base_id: what they knew, None = nothing.

    seed: of the order in which they see what has an order.
    """
    after: ArticleSpec = content.compiled(revision_id)
    changes = None if base_id is None else text_changes(content.compiled(base_id), after)
    path = content.cards([document_id])[document_id].path if after.self_checks and changes is not None else ""
    others: list[Question] = []
    if base_id is not None and changes:
        anchors = {change.anchor for change in changes if change.anchor}
        others = quiz_questions(person_id, document_id, anchors, base_id)
    return asks(own_questions(after, changes, path), others, seed)


_STEPS = (
    select(Revision.number, Revision.at, Revision.note, Person.name)
    .outerjoin(Person, Person.id == Revision.author_id)
    .where(
        Revision.document_id == bindparam("document_id"),
        Revision.compiled_sha.is_not(None),
        Revision.id > bindparam("base_id"),
    )
    .order_by(Revision.id.desc())
    .limit(5)
)


def steps(document_id: int, base_id: int) -> list[Any]:
    """Return the last versions that were published after one: number, at, note, name of the author; newest first."""
    return list(rows(_STEPS, {"document_id": document_id, "base_id": base_id}))
