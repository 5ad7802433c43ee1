"""Reading suggestions to the training plan: who wants what, how many want the same, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content import queries as content
from lms.content.models import Document, Slug
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.texts import Text, text
from lms.learning.models import IdeaSupport, TrainingIdea

STATES: Mapping[str, Text] = {
    "open": text("待答复"),
    "planned": text("已列入计划"),
    "done": text("已做到"),
    "declined": text("暂不做"),
}

_author = aliased(Person)
_answerer = aliased(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """A suggestion. author: "" where it was given anonymously. mine, supported: by the asking person."""

    id: int
    public_id: str
    author: str
    anonymous: bool
    mine: bool
    text: str
    document_title: str
    document_kind: str
    document_slug: str
    made_at: datetime
    state: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    supporters: int
    supported: bool


_supporters = (
    select(func.count())
    .select_from(IdeaSupport)
    .where(IdeaSupport.idea_id == TrainingIdea.id)
    .correlate(TrainingIdea)
    .scalar_subquery()
)


def _rows(actor: Actor) -> Any:
    is_readable = and_(Document.id == TrainingIdea.document_id, Document.state == "published", content.readable(actor))
    return (
        select(
            TrainingIdea.id,
            TrainingIdea.public_id,
            func.coalesce(_author.name, "").label("author"),
            TrainingIdea.person_id.is_(None).label("anonymous"),
            func.coalesce(TrainingIdea.person_id == bindparam("me"), False).label("mine"),
            TrainingIdea.text,
            func.coalesce(Document.title, "").label("document_title"),
            func.coalesce(Document.kind, "").label("document_kind"),
            func.coalesce(Slug.slug, "").label("document_slug"),
            TrainingIdea.made_at,
            TrainingIdea.state,
            TrainingIdea.answer,
            func.coalesce(_answerer.name, "").label("answered_by"),
            TrainingIdea.answered_at,
            _supporters.label("supporters"),
            exists()
            .where(IdeaSupport.idea_id == TrainingIdea.id, IdeaSupport.person_id == bindparam("me"))
            .label("supported"),
        )
        .outerjoin(_author, _author.id == TrainingIdea.person_id)
        .outerjoin(_answerer, _answerer.id == TrainingIdea.answered_by)
        .outerjoin(Document, is_readable)
        .outerjoin(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    )


def ideas(actor: Actor, state: str, *, limit: int = 100) -> list[Idea]:
    """Return suggestions, those that wait for an answer first, then by how many want them.

    A document is named to who may read it.
    """
    statement = _rows(actor)
    if state in STATES:
        statement = statement.where(TrainingIdea.state == state)
    waiting = TrainingIdea.state == "open"
    statement = statement.order_by(
        waiting.desc(), _supporters.desc(), TrainingIdea.made_at.desc(), TrainingIdea.public_id
    )
    return [Idea(**row) for row in rows(statement.limit(limit), {"me": actor.id}).mappings()]


def counts() -> dict[str, int]:
    """Return how many suggestions there are by state."""
    found = session().execute(select(TrainingIdea.state, func.count()).group_by(TrainingIdea.state))
    return {row[0]: row[1] for row in found}


def document_of(actor: Actor, document_id: int) -> tuple[int, str] | None:
    """Return id and title of a document that a suggestion may be about; None for one that the actor may not read."""
    row = (
        session()
        .execute(
            select(Document.id, Document.title).where(
                Document.id == document_id,
                Document.published_id.is_not(None),
                Document.state == "published",
                content.readable(actor),
            )
        )
        .one_or_none()
    )
    return (row.id, row.title) if row is not None else None
