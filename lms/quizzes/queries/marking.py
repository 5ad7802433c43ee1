"""What waits to be marked: over all quizzes, of one quiz, and how the markers of a quiz agree."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import settings
from lms.core.points import Points
from lms.quizzes.models import Attempt, AttemptItem, GradeChange, MarkingPlan, SecondMark
from lms.quizzes.queries.sittings import asked_question
from lms.quizzes.rules.agreement import Agreement, Pair, agreement
from lms.quizzes.rules.aliases import alias
from lms.quizzes.rules.attempts import CLOSED
from lms.quizzes.rules.marking import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the written answers of a quiz are marked. second_percent: 0..100, share that two people mark."""

    blind: bool = False
    second_percent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """slug: the current one."""

    document_id: int
    slug: str
    title: str
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One answer that the actor may mark now. ref: its attempt's name in addresses, an alias in a blind quiz.

    name, at: whose it is and when it was handed in; "" and None in a blind quiz.
    """

    ref: str
    position: int
    turn: Turn
    part_id: int
    part_version_sha: bytes
    name: str
    at: datetime | None
    document_id: int

    @property
    def stem(self) -> str:
        return asked_question(self.part_version_sha).stem.text

    @property
    def key(self) -> tuple[str, int]:
        return self.ref, self.position


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """What one quiz has to mark. oldest_at: when the oldest was handed in; None in a blind quiz."""

    quiz: Quiz
    first: int
    second: int
    settle: int
    oldest_at: datetime | None

    @property
    def count(self) -> int:
        return self.first + self.second + self.settle


_COLUMNS = (
    Attempt.id,
    Attempt.public_id,
    Attempt.document_id,
    Attempt.submitted_at,
    Person.name,
    AttemptItem.position,
    AttemptItem.part_id,
    AttemptItem.part_version_sha,
)


def tasks(actor: Actor, document_id: int | None = None) -> list[Task]:
    """Return what the actor may mark now, question by question, the oldest first; never one's own answers.

    The answers of a blind quiz come in an order that tells nothing.
    """
    found = [
        *((row, Turn.FIRST) for row in _rows(actor, AttemptItem.waiting, document_id)),
        *(
            (row, Turn.SECOND if row.second_by is None else Turn.SETTLE)
            for row in _rows(actor, _doubled(actor), document_id, seconds=True)
        ),
    ]
    plans = plans_of({row.document_id for row, _ in found})
    made = [(row, _task(row, turn, plans[row.document_id])) for row, turn in found]
    made.sort(key=lambda pair: _order(pair[0], pair[1], plans[pair[0].document_id]))
    return [task for _, task in made]


def _doubled(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of an answer that this marker may mark second, or settle."""
    mine = and_(SecondMark.marked_by.is_(None), AttemptItem.marked_by != actor.id)
    return and_(~AttemptItem.waiting, SecondMark.settled_at.is_(None), or_(mine, SecondMark.marked_by.is_not(None)))


def _rows(actor: Actor, which: ColumnElement[bool] | Any, document_id: int | None, *, seconds: bool = False) -> Any:
    columns = (*_COLUMNS, SecondMark.marked_by.label("second_by")) if seconds else _COLUMNS
    statement = (
        select(*columns)
        .select_from(AttemptItem)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(
            which,
            ~AttemptItem.dropped,
            Attempt.state.in_(CLOSED),
            Attempt.person_id != actor.id,
            visible(actor, Permission.QUIZ_MARK),
        )
    )
    if seconds:
        same = (SecondMark.attempt_id == AttemptItem.attempt_id) & (SecondMark.position == AttemptItem.position)
        statement = statement.join(SecondMark, same)
    if document_id is not None:
        statement = statement.where(Attempt.document_id == document_id)
    return rows(statement)


def _task(row: Any, turn: Turn, plan: Plan) -> Task:
    return Task(
        ref=ref_of(row.id, row.public_id, plan),
        position=row.position,
        turn=turn,
        part_id=row.part_id,
        part_version_sha=row.part_version_sha,
        name="" if plan.blind else row.name or "",
        at=None if plan.blind else row.submitted_at,
        document_id=row.document_id,
    )


def _order(row: Any, task: Task, plan: Plan) -> tuple[Any, ...]:
    when = task.ref if plan.blind else row.submitted_at.isoformat()
    return row.document_id, row.part_id, when, task.ref, row.position


def ref_of(attempt_id: int, public_id: str, plan: Plan) -> str:
    """Return the name of an attempt in the addresses of marking."""
    return alias(settings().secret_key, attempt_id) if plan.blind else public_id


def plans_of(document_ids: set[int]) -> dict[int, Plan]:
    """Return the plan of every quiz; where nothing was decided, names are shown and one person marks."""
    found = {each: Plan() for each in document_ids}
    statement = select(MarkingPlan.document_id, MarkingPlan.blind, MarkingPlan.second_percent)
    for row in rows(statement.where(MarkingPlan.document_id.in_(document_ids))) if document_ids else ():
        found[row.document_id] = Plan(blind=row.blind, second_percent=row.second_percent)
    return found


def quizzes_of(document_ids: set[int]) -> dict[int, Quiz]:
    plans = plans_of(document_ids)
    statement = (
        select(Document.id, Document.title, Slug.slug)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(Document.id.in_(document_ids))
    )
    return {
        row.id: Quiz(document_id=row.id, slug=row.slug, title=row.title, plan=plans[row.id]) for row in rows(statement)
    }


def quiz_of(slug: str) -> Quiz:
    """Return the quiz that has or had this name, an archived one too. Raises NotFound."""
    document_id = session().scalar(select(Slug.document_id).where(Slug.kind == "quiz", Slug.slug == slug))
    if document_id is None:
        raise NotFound()
    return quizzes_of({document_id})[document_id]


def heaps(actor: Actor) -> list[Heap]:
    """Return the quizzes in which something waits for the actor, the oldest answer first."""
    found = tasks(actor)
    quizzes = quizzes_of({each.document_id for each in found}) if found else {}
    heaps = []
    for document_id, quiz in quizzes.items():
        mine = [each for each in found if each.document_id == document_id]
        turns = Counter(each.turn for each in mine)
        heaps.append(
            Heap(
                quiz=quiz,
                first=turns[Turn.FIRST],
                second=turns[Turn.SECOND],
                settle=turns[Turn.SETTLE],
                oldest_at=min((each.at for each in mine if each.at is not None), default=None),
            )
        )
    return sorted(heaps, key=lambda heap: (heap.oldest_at is None, heap.oldest_at, heap.quiz.title))


def count(actor: Actor) -> int:
    """Return how many answers the actor may mark now: two short statements."""
    first = _count(actor, AttemptItem.waiting)
    return first + len(list(_rows(actor, _doubled(actor), None, seconds=True)))


def _count(actor: Actor, which: Any) -> int:
    statement = (
        select(func.count())
        .select_from(AttemptItem)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(
            which,
            ~AttemptItem.dropped,
            Attempt.state.in_(CLOSED),
            Attempt.person_id != actor.id,
            visible(actor, Permission.QUIZ_MARK),
        )
    )
    return session().scalar(statement) or 0


_UNMARKED = (
    select(Attempt.public_id, Attempt.submitted_at, Document.title, Slug.slug)
    .join(Document, Document.id == Attempt.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(
        Attempt.person_id == bindparam("person_id"),
        Attempt.state.in_(CLOSED),
        exists().where(AttemptItem.attempt_id == Attempt.id, AttemptItem.waiting, ~AttemptItem.dropped),
    )
    .order_by(Attempt.submitted_at.desc())
    .limit(bindparam("most"))
)


def unmarked(person_id: int, most: int) -> Sequence[Any]:
    """Return a person's own papers in which an answer waits for a marker, the last one first."""
    return rows(_UNMARKED, {"person_id": person_id, "most": most}).all()


def marked_count(document_id: int) -> int:
    """Return how many answers of a quiz a person has marked."""
    statement = (
        select(func.count())
        .select_from(AttemptItem)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.document_id == document_id, AttemptItem.marked_by.is_not(None), ~AttemptItem.waiting)
    )
    return session().scalar(statement) or 0


def agreement_in(document_id: int) -> Agreement:
    """Return how far the markers of a quiz agree, over the answers that two have marked."""
    return agreement(pairs_in(document_id))


def pairs_in(document_id: int) -> Sequence[Pair]:
    """Return the marks of every answer that two people have marked; the first as it stood when the second was given."""
    statement = (
        select(
            SecondMark.attempt_id,
            SecondMark.position,
            SecondMark.earned,
            SecondMark.marked_at,
            AttemptItem.points,
            GradeChange.earned_after,
            GradeChange.made_at,
        )
        .join(Attempt, Attempt.id == SecondMark.attempt_id)
        .join(
            AttemptItem,
            (AttemptItem.attempt_id == SecondMark.attempt_id) & (AttemptItem.position == SecondMark.position),
        )
        .join(
            GradeChange,
            (GradeChange.attempt_id == SecondMark.attempt_id) & (GradeChange.position == SecondMark.position),
        )
        .where(
            Attempt.document_id == document_id,
            Attempt.state.in_(CLOSED),
            SecondMark.marked_by.is_not(None),
            GradeChange.kind == "mark",
            GradeChange.made_at <= SecondMark.marked_at,
            AttemptItem.points > 0,
        )
        .order_by(GradeChange.id)
    )
    latest: dict[tuple[int, int], tuple[Points, Points, Points]] = {}
    for row in rows(statement):
        latest[row.attempt_id, row.position] = (row.earned_after, row.earned, row.points)
    return [Pair(first=first, second=second, possible=possible) for first, second, possible in latest.values()]
