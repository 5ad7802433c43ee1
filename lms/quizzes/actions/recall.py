"""Recurring checks: who gets one this week, what is on the paper, what an answer says about memory."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Table, bindparam, exists, select

from lms.accounts.models import Person
from lms.accounts.queries import actor_by_id, holds
from lms.assignments import actions as assignments
from lms.assignments.models import Assignment
from lms.assignments.rules import CHECK
from lms.content.models import Document
from lms.core.access import Actor, Role
from lms.core.db import rows, upsert_all
from lms.core.errors import Conflict
from lms.core.points import ONE_POINT
from lms.questions.rules.order import shown_order
from lms.quizzes.events import QuizGraded
from lms.quizzes.models import Attempt, AttemptItem, Memory
from lms.quizzes.queries.recall import candidates, count_for_all, count_learned
from lms.quizzes.queries.sittings import asked_question
from lms.quizzes.rules.draw import Paper, PaperItem
from lms.quizzes.rules.recall import NOTHING_LEARNED, Remembered, after_answer, choose
from lms.quizzes.spec import Recurring

_memory: Table = Memory.__table__  # type: ignore[assignment]

TOGETHER = 100
"""People who get their check in one transaction."""


class NothingLearned(Conflict):
    """The person has completed nothing yet that has questions."""

    default_code = "nothing_learned"


def draw_check(actor: Actor, check: Recurring, seed: str, now: datetime) -> Paper:
    """Return the paper of one person: what they are likely to have forgotten. Raises NothingLearned."""
    learned = candidates(actor)
    if not learned:
        raise NothingLearned(NOTHING_LEARNED)
    items = []
    for chosen in choose(learned, check.questions, now, seed):
        asked = learned[chosen].hex()
        question = asked_question(learned[chosen])
        items.append(
            PaperItem(
                asked=asked,
                key=None,
                section=0,
                points=ONE_POINT,
                option_order=shown_order(question, seed, asked, shuffle_options=True),
            )
        )
    return Paper(items=tuple(items))


_ANSWERED = (
    select(AttemptItem.part_id, AttemptItem.earned, AttemptItem.points)
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(
        Attempt.public_id == bindparam("public_id"),
        AttemptItem.points > 0,
        AttemptItem.answered,
        AttemptItem.earned.is_not(None),
        ~AttemptItem.waiting,
        ~AttemptItem.dropped,
    )
)
_KNOWN = select(_memory).where(
    _memory.c.person_id == bindparam("person_id"), _memory.c.part_id.in_(bindparam("part_ids", expanding=True))
)


def remember(fact: QuizGraded) -> None:
    """Note what the answers of a closed attempt say about what its person remembers. Told twice, it notes it once.

    What was left open says nothing: time may have run out. The person's lock is held.
    """
    answers = rows(_ANSWERED, {"public_id": fact.attempt_id}).all()
    if not answers:
        return
    keys = {"person_id": fact.person_id, "part_ids": [row.part_id for row in answers]}
    known = {row.part_id: row for row in rows(_KNOWN, keys)}
    fresh: list[dict[str, Any]] = []
    for row in answers:
        old = known.get(row.part_id)
        if old is not None and old.last_at >= fact.at:
            continue
        before = (
            None
            if old is None
            else Remembered(stability=old.stability, difficulty=old.difficulty, due_at=old.due_at, last_at=old.last_at)
        )
        after = after_answer(before, Fraction(row.earned, row.points), fact.at)
        fresh.append(
            {
                "person_id": fact.person_id,
                "part_id": row.part_id,
                "stability": after.stability,
                "difficulty": after.difficulty,
                "due_at": after.due_at,
                "last_at": after.last_at,
            }
        )
    if fresh:
        upsert_all(Memory, ("person_id", "part_id"), fresh)


def round_of(check: Recurring, today: date) -> tuple[str, date]:
    """Return the occasion of the round that runs today and its last day."""
    began = today - timedelta(days=(today.weekday() - check.weekday) % 7)
    year, week, _ = began.isocalendar()
    return f"{CHECK}{year}-W{week:02}", began + timedelta(days=6)


def lacking(document_id: int, check: Recurring, occasion: str, today: date) -> list[int]:
    """Return who is to get this round and has not got it yet, in order.

    Whoever may not be asked enough for one paper is left in peace, and so is who is still in training for the position.
    """
    in_training = exists().where(
        Assignment.person_id == Person.id,
        Assignment.state == "open",
        Document.id == Assignment.document_id,
        Document.kind == "curriculum",
    )
    has_it = exists().where(
        Assignment.person_id == Person.id, Assignment.document_id == document_id, Assignment.occasion == occasion
    )
    found = rows(
        select(Person.id, count_for_all.label("for_all"))
        .where(Person.active, _gets(check, today), ~in_training, ~has_it, count_learned >= check.questions)
        .order_by(Person.id)
    ).all()
    return [row.id for row in found if row.for_all >= check.questions or _may_ask(row.id, check.questions)]


def _may_ask(person_id: int, least: int) -> bool:
    """Whether the person may read enough of what was learned: some of it is no longer meant for everybody."""
    actor = actor_by_id(person_id)
    return actor is not None and len(candidates(actor)) >= least


def _gets(check: Recurring, today: date) -> Any:
    if check.positions:
        return Person.position.in_(check.positions)
    return holds(Role.AGENT, today)


def give(document_id: int, person_ids: Sequence[int], occasion: str, due_on: date, today: date) -> None:
    """Give the round to at most 100 people; what they still owed of earlier rounds is asked no more."""
    assignments.withdraw_rounds(person_ids, document_id, CHECK, but=occasion)
    assignments.assign(
        None, person_ids, document_id, kind="rule", ref="recurring", occasion=occasion, due_on=due_on, starts_on=today
    )
