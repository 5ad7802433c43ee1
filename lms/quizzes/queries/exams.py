"""Quizzes as those who run them see them: one by its name, and all with what happens in them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.accounts.queries import visible
from lms.content.audience import readable
from lms.content.models import Document, Revision, Slug
from lms.content.queries import BANK
from lms.content.store import spec_of
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries.sittings import MISTAKES, ONCE
from lms.quizzes.rules.attempts import CLOSED, State
from lms.quizzes.spec import QuizRules, QuizSpec

_asked = aliased(Slug)
_EXAM: Any = (
    select(Document.id, Document.title, Document.state, Slug.slug, Revision.compiled_sha, Revision.number)
    .join(_asked, _asked.document_id == Document.id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .join(Revision, Revision.id == Document.published_id)
    .where(_asked.kind == "quiz")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """A quiz with the rules of its published revision. slug: the present one. number: of the revision."""

    document_id: int
    slug: str
    title: str
    rules: QuizRules
    number: int


def exam(actor: Actor, slug: str) -> Exam:
    """Return a quiz that the actor may read, by its name, past or present. Raises NotFound.

    An archived one keeps its results: those who read everything see it still.
    """
    found = rows(_EXAM.where(_asked.slug == slug, _may_run(actor))).one_or_none()
    if found is None:
        raise NotFound()
    quiz: QuizSpec = spec_of(found.compiled_sha)
    return Exam(document_id=found.id, slug=found.slug, title=found.title, rules=quiz.rules, number=found.number)


def _may_run(actor: Actor) -> Any:
    if allows(actor, Permission.CONTENT_READ_ALL):
        return Document.state.in_(("published", "archived"))
    return readable(actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One quiz of the list, counted over the people whom the actor sees.

    sitting: attempts that are open; paused of them. recent: attempts that ended since the day asked for. people,
    passed: who has ended a common attempt since, and who of them passed one. waiting: answers for a marker.
    """

    document_id: int
    slug: str
    title: str
    use: str
    sitting: int
    paused: int
    recent: int
    people: int
    passed: int
    waiting: int

    @property
    def percent(self) -> int | None:
        """Whole percent of those who passed, rounded down; None where nobody sat."""
        return 100 * self.passed // self.people if self.people else None


def running(actor: Actor, since: datetime) -> list[Running]:
    """Return every published quiz with what happened since: four statements, however many quizzes."""
    seen = visible(actor, Permission.QUIZ_SCORES)
    every = rows(
        select(Document.id, Document.title, Slug.slug, Revision.compiled_sha)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .join(Revision, Revision.id == Document.published_id)
        .where(Document.kind == "quiz", Document.use != BANK, readable(actor))
        .order_by(Document.title, Document.id)
    ).all()
    found = {
        row.id: Running(
            document_id=row.id,
            slug=row.slug,
            title=row.title,
            use=spec_of(row.compiled_sha).rules.use.value,
            sitting=0,
            paused=0,
            recent=0,
            people=0,
            passed=0,
            waiting=0,
        )
        for row in every
    }
    for counts in (_open_counts(seen), _recent_counts(seen, since), _waiting_counts(seen)):
        for row in session().execute(counts):
            if row.document_id in found:
                numbers: dict[str, Any] = {k: int(v or 0) for k, v in row._mapping.items() if k != "document_id"}
                found[row.document_id] = replace(found[row.document_id], **numbers)
    return list(found.values())


def _open_counts(seen: Any) -> Any:
    return (
        select(
            Attempt.document_id,
            func.count().label("sitting"),
            func.count(Attempt.paused_at).label("paused"),
        )
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.state == State.OPEN.value, Attempt.occasion != MISTAKES, seen)
        .group_by(Attempt.document_id)
    )


def _recent_counts(seen: Any, since: datetime) -> Any:
    first = Attempt.occasion == ONCE
    return (
        select(
            Attempt.document_id,
            func.count().label("recent"),
            func.count(func.distinct(case((first, Attempt.person_id)))).label("people"),
            func.count(func.distinct(case((first & Attempt.passed, Attempt.person_id)))).label("passed"),
        )
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.state.in_(CLOSED), Attempt.submitted_at >= since, Attempt.occasion != MISTAKES, seen)
        .group_by(Attempt.document_id)
    )


def _waiting_counts(seen: Any) -> Any:
    return (
        select(Attempt.document_id, func.count().label("waiting"))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Person, Person.id == Attempt.person_id)
        .where(AttemptItem.waiting, Attempt.state.in_(CLOSED), seen)
        .group_by(Attempt.document_id)
    )
