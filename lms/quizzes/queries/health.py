"""Reading how the questions of the quizzes do, as they were last looked at."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.content.models import Document, Slug
from lms.core.db import rows
from lms.core.texts import Text, from_plain
from lms.quizzes.models import QuizHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwell:
    """A quiz with bad questions. worst: what is to be said of the weightiest."""

    slug: str
    title: str
    bad: int
    worst: Text | None


def unwell(limit: int) -> list[Unwell]:
    """Return the published quizzes with bad questions, the most first."""
    found = rows(
        select(Slug.slug, Document.title, QuizHealth.bad, QuizHealth.worst)
        .join(Document, Document.id == QuizHealth.document_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(QuizHealth.bad > 0, Document.state == "published")
        .order_by(QuizHealth.bad.desc(), Document.title)
        .limit(limit)
    )
    return [
        Unwell(slug=row.slug, title=row.title, bad=row.bad, worst=from_plain(row.worst) if row.worst else None)
        for row in found
    ]


def bad_by_quiz() -> dict[int, int]:
    """Return how many bad questions each quiz has, by document; those without are left out."""
    found = rows(select(QuizHealth.document_id, QuizHealth.bad).where(QuizHealth.bad > 0))
    return {row.document_id: row.bad for row in found}
