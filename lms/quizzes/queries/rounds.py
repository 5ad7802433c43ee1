"""How the recurring checks go: who did which round, and which questions are being forgotten."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select

from lms.accounts.models import Person
from lms.assignments.models import Assignment
from lms.assignments.rules import CHECK
from lms.content.models import Document, Part, Slug
from lms.core.db import rows
from lms.quizzes.models import Attempt, Memory
from lms.quizzes.rules.attempts import CLOSED

ROUNDS = 8
"""Rounds that are shown, the last ones."""
ENOUGH = 5
"""People of whom something must be known before a question is called forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of one check. given: to how many people; done: of them. earned, possible: of the papers handed in."""

    slug: str
    title: str
    occasion: str
    due_on: date | None
    given: int
    done: int
    earned: int
    possible: int

    @property
    def week(self) -> str:
        return self.occasion.removeprefix(CHECK)

    @property
    def percent(self) -> int | None:
        """What the papers earned of what they could, 0..100, rounded; None without a paper."""
        return round(100 * self.earned / self.possible) if self.possible else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Faded:
    """A question that fades: of `people` who once knew it, `due` have probably forgotten it by now."""

    key: str
    title: str
    document: str
    people: int
    due: int

    @property
    def percent(self) -> int:
        return round(100 * self.due / self.people)


_GIVEN: Any = (
    select(
        Slug.slug,
        Document.title,
        Assignment.document_id,
        Assignment.occasion,
        func.max(Assignment.due_on).label("due_on"),
        func.count().label("given"),
        func.sum(case((Assignment.state == "done", 1), else_=0)).label("done"),
    )
    .join(Document, Document.id == Assignment.document_id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(Assignment.occasion.startswith(CHECK))
    .group_by(Slug.slug, Document.title, Assignment.document_id, Assignment.occasion)
    .order_by(Assignment.occasion.desc(), Document.title)
    .limit(ROUNDS)
)
_EARNED: Any = (
    select(
        Attempt.document_id,
        Attempt.occasion,
        func.sum(Attempt.earned).label("earned"),
        func.sum(Attempt.possible).label("possible"),
    )
    .where(Attempt.occasion.startswith(CHECK), Attempt.state.in_(CLOSED))
    .group_by(Attempt.document_id, Attempt.occasion)
)
_FADED: Any = (
    select(
        Part.key,
        Part.title,
        Document.title.label("document"),
        func.count().label("people"),
        func.sum(case((Memory.due_at <= bindparam("now"), 1), else_=0)).label("due"),
    )
    .join(Part, Part.id == Memory.part_id)
    .join(Document, Document.id == Part.document_id)
    .join(Person, Person.id == Memory.person_id)
    .where(Person.active, Part.retired_at.is_(None), Document.state == "published")
    .group_by(Part.id, Part.key, Part.title, Document.title)
    .having(func.count() >= ENOUGH, func.sum(case((Memory.due_at <= bindparam("now"), 1), else_=0)) > 0)
    .order_by((func.sum(case((Memory.due_at <= bindparam("now"), 1.0), else_=0.0)) / func.count()).desc(), Part.id)
    .limit(10)
)


def rounds() -> list[Round]:
    """Return the last rounds of every recurring check, the latest first."""
    earned = {(row.document_id, row.occasion): row for row in rows(_EARNED, {})}
    found = []
    for row in rows(_GIVEN, {}).all():
        papers = earned.get((row.document_id, row.occasion))
        found.append(
            Round(
                slug=row.slug,
                title=row.title,
                occasion=row.occasion,
                due_on=row.due_on,
                given=row.given,
                done=row.done,
                earned=papers.earned if papers else 0,
                possible=papers.possible if papers else 0,
            )
        )
    return found


def faded(now: datetime) -> list[Faded]:
    """Return the ten questions that most of those who once knew them have probably forgotten."""
    return [Faded(**row) for row in rows(_FADED, {"now": now}).mappings()]
