"""What rests on an article: the documents that lead to it and the questions, as far as somebody may know of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from lms.content.audience import is_meant
from lms.content.models import Document, Edge, Part, Slug
from lms.content.queries import BANK
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows

QUIZ = "quiz"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A published document that rests on an article. questions: how many of its questions do.

    titles: those questions, as far as the reader may see them outside of an exam: in a lesson always, in a quiz who
    reads all content.
    """

    kind: str
    slug: str
    title: str
    questions: int
    titles: tuple[str, ...]


def _using() -> Select[*tuple[Any, ...]]:
    here: Any = bindparam("document_id")
    return (
        select(
            Document.id,
            Document.kind,
            Document.use,
            Slug.slug,
            Document.title,
            Document.audience,
            Part.title.label("question"),
        )
        .select_from(Edge)
        .join(Document, Document.id == Edge.from_document_id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .outerjoin(Part, and_(Part.id == Edge.from_part_id, Part.kind == "question", Part.retired_at.is_(None)))
        .where(Edge.to_document_id == here, Document.id != here, Document.state == "published")
        .order_by(Document.title, Document.id, Part.position)
    )


_USING = _using()


def uses(actor: Actor, document_id: int) -> list[User]:
    """Return what rests on an article and may be read by the actor, by title, in one statement."""
    sees_all = allows(actor, Permission.CONTENT_READ_ALL)
    found: dict[int, tuple[Any, list[str]]] = {}
    for row in rows(_USING, {"document_id": document_id}):
        if not is_meant(row.audience, actor) or (row.use == BANK and not sees_all):
            continue
        questions = found.setdefault(row.id, (row, []))[1]
        if row.question is not None and row.question not in questions:
            questions.append(row.question)
    return [
        User(
            kind=row.kind,
            slug=row.slug,
            title=row.title,
            questions=len(questions),
            titles=tuple(questions) if sees_all or row.kind != QUIZ else (),
        )
        for row, questions in found.values()
    ]
