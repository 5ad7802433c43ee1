"""Reading articles: lists, a version by its number, names of shops."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from lms.accounts.models import Person, Shop
from lms.content import queries as content
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.kb.rules import browsing

RECENT = 8

ARTICLE_COLUMNS = (Document.id, Document.title, Slug.slug, Document.summary, Document.tags, Document.verified_until)
_LAST_CHANGE = (
    select(Revision.number, Revision.at, Revision.note, Person.name)
    .outerjoin(Person, Person.id == Revision.author_id)
    .where(Revision.id == bindparam("id"))
)
_REVISION = select(Revision.id).where(
    Revision.document_id == bindparam("document_id"),
    Revision.number == bindparam("number"),
    Revision.compiled_sha.is_not(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One article of a list."""

    slug: str
    title: str
    summary: str
    tags: tuple[str, ...]
    changed_at: datetime
    verified_until: date | None


def articles(actor: Actor) -> list[Listed]:
    """Return every article that the actor may read, the latest published first."""
    statement = (
        select(*ARTICLE_COLUMNS, Document.published_at)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.kind == "article", content.readable(actor))
        .order_by(Document.published_at.desc(), Document.id)
    )
    return [
        Listed(
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            tags=tuple(row.tags),
            changed_at=row.published_at,
            verified_until=row.verified_until,
        )
        for row in session().execute(statement)
    ]


def category_names(actor: Actor) -> dict[str, str]:
    """Return the folders in which the actor may read something, each with all above it, and what people call them."""
    statement = (
        select(Slug.slug, Document.tags)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.kind == "article", content.readable(actor))
        .order_by(Document.published_at.desc(), Document.id)
    )
    return browsing.names((row.slug, row.tags) for row in session().execute(statement))


def last_change(revision_id: int) -> Any:
    """Return the row of number, day, note and author of a revision."""
    return rows(_LAST_CHANGE, {"id": revision_id}).one()


def revision_id(document_id: int, number: int) -> int | None:
    """Return the id of a revision that was once published, by its number."""
    return session().scalar(_REVISION, {"document_id": document_id, "number": number})


_SHOPS = select(Shop.code, Shop.name)


def shop_names(codes: Sequence[str]) -> list[str]:
    """Return the names of shops and platforms as written: a code becomes its shop's name."""
    by_code = {shop.code: shop.name for shop in rows(_SHOPS)} if codes else {}
    return [by_code.get(code, code) for code in codes]
