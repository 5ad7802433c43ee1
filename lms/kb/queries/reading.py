"""Reading articles: lists, the last change, what stands beside one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal, select

from lms.accounts.models import Person, Shop
from lms.content import queries as content
from lms.content.audience import is_meant
from lms.content.models import Document, Edge, Revision, Slug
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.records.models import Standing

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


def last_change(revision_id: int) -> Any:
    """Return the row of number, day, note and author of a revision."""
    return rows(_LAST_CHANGE, {"id": revision_id}).one()


def revision_id(document_id: int, number: int) -> int | None:
    """Return the id of a revision that was once published, by its number."""
    return session().scalar(_REVISION, {"document_id": document_id, "number": number})


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A published document that this one refers to, or that refers to this one. questions: how many of a quiz do."""

    kind: str
    slug: str
    title: str
    outward: bool
    parts: int


_STANDING = select(Standing.state, Standing.last_done_at, Standing.confirmed_revision_id).where(
    Standing.person_id == bindparam("person_id"), Standing.document_id == bindparam("document_id")
)


def standing(person_id: int, document_id: int) -> Any:
    """Return the row of how a person stands with a document, None before the first record of it."""
    return rows(_STANDING, {"person_id": person_id, "document_id": document_id}).one_or_none()


def _neighbours() -> Select[*tuple[Any, ...]]:
    here: Any = bindparam("document_id")
    outward = select(
        Edge.to_document_id.label("id"), literal(True).label("outward"), literal(None).label("part")
    ).where(Edge.from_document_id == here, Edge.to_document_id.is_not(None))
    inward = select(Edge.from_document_id, literal(False), Edge.from_part_id).where(Edge.to_document_id == here)
    every = outward.union_all(inward).subquery()
    counted = (
        select(every.c.id, every.c.outward, func.count(every.c.part.distinct()).label("parts"))
        .group_by(every.c.id, every.c.outward)
        .subquery()
    )
    return (
        select(Document.kind, Slug.slug, Document.title, counted.c.outward, counted.c.parts, Document.audience)
        .join(counted, counted.c.id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.id != here, Document.state == "published")
        .order_by(Document.title)
    )


_NEIGHBOURS = _neighbours()


def neighbours(actor: Actor, document_id: int) -> list[Neighbour]:
    """Return what an article refers to and what rests on it, as far as the actor may read it, in one statement."""
    return [
        Neighbour(kind=kind, slug=slug, title=title, outward=bool(outward), parts=parts)
        for kind, slug, title, outward, parts, audience in rows(_NEIGHBOURS, {"document_id": document_id})
        if is_meant(audience, actor)
    ]


_SHOPS = select(Shop.code, Shop.name)


def shop_names(codes: Sequence[str]) -> list[str]:
    """Return the names of shops and platforms as written: a code becomes its shop's name."""
    by_code = {shop.code: shop.name for shop in rows(_SHOPS)} if codes else {}
    return [by_code.get(code, code) for code in codes]
