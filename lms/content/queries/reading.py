"""Reading documents as people open them and as lists show them. Statements of hot pages are built once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content.audience import is_meant
from lms.content.models import Document, Revision, Slug
from lms.content.rules.paths import path_of, split_path
from lms.content.store import bytes_of, spec_of
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.errors import NotFound

DRAFT, PUBLISHED, ARCHIVED = "draft", "published", "archived"
BANK, RECURRING = "bank", "recurring"
"""The uses of a quiz that holds questions for others, and of one that is given anew every week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A document as a list shows it. minutes: 0 = not said. state: draft | published | archived.

    published_id: None while nothing is published. path: of its file in the repository. use: of a quiz.
    """

    document_id: int
    kind: str
    slug: str
    title: str
    minutes: int
    state: str
    published_id: int | None
    summary: str = ""
    folder: str = ""
    verified_until: date | None = None
    use: str = ""

    @property
    def is_bank(self) -> bool:
        """Whether it only holds questions that quizzes draw from; nobody opens it."""
        return self.use == BANK

    @property
    def path(self) -> str:
        return path_of(self.folder, self.slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A published document that somebody may read. slug: the current one; a view redirects if it was asked otherwise.

    number: of the published revision. compiled_sha: for `spec(opened)`. owner_name: "" without one.
    """

    document_id: int
    kind: str
    slug: str
    folder: str
    title: str
    summary: str
    revision_id: int
    number: int
    compiled_sha: bytes
    published_at: datetime
    minutes: int
    tags: tuple[str, ...]
    shops: tuple[str, ...]
    owner_id: int | None
    owner_name: str
    verified_until: date | None


asked = aliased(Slug)
CARD = (Document.id, Document.kind, Slug.slug, Document.title, Document.minutes, Document.state)
CARD_MORE = (Document.published_id, Document.summary, Document.folder, Document.verified_until, Document.use)
CARDS: Any = select(*CARD, *CARD_MORE).join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
_CARDS_BY_ID = CARDS.where(Document.id.in_(bindparam("ids", expanding=True)))
_CARDS_BY_SLUG = (
    CARDS.join(asked, asked.document_id == Document.id)
    .add_columns(asked.slug.label("asked"), asked.is_current)
    .where(asked.slug.in_(bindparam("slugs", expanding=True)))
    .order_by(asked.is_current)
)
_OPEN: Any = (
    select(
        Document.id,
        Document.kind,
        Slug.slug,
        Document.folder,
        Document.title,
        Document.summary,
        Document.published_id,
        Revision.number,
        Revision.compiled_sha,
        Document.published_at,
        Document.minutes,
        Document.tags,
        Document.shops,
        Document.owner_id,
        Person.name,
        Document.verified_until,
        Document.audience,
    )
    .join(asked, asked.document_id == Document.id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .join(Revision, Revision.id == Document.published_id)
    .outerjoin(Person, Person.id == Document.owner_id)
    .where(asked.kind == bindparam("kind"), asked.slug == bindparam("slug"), Document.state == PUBLISHED)
)
_COMPILED = select(Revision.compiled_sha).where(Revision.id == bindparam("id"))
_BLOB = select(Revision.blob_sha).where(Revision.id == bindparam("id"))


def open_published(actor: Actor, kind: str, slug: str) -> Opened:
    """Return the published document of this name, past or present.

    Raises NotFound, also for what is not meant for the actor.
    """
    row = rows(_OPEN, {"kind": kind, "slug": slug}).one_or_none()
    if row is None or not is_meant(row.audience, actor):
        raise NotFound()
    return Opened(
        document_id=row.id,
        kind=row.kind,
        slug=row.slug,
        folder=row.folder,
        title=row.title,
        summary=row.summary,
        revision_id=row.published_id,
        number=row.number,
        compiled_sha=row.compiled_sha,
        published_at=row.published_at,
        minutes=row.minutes,
        tags=tuple(row.tags),
        shops=tuple(row.shops),
        owner_id=row.owner_id,
        owner_name=row.name or "",
        verified_until=row.verified_until,
    )


def compiled(revision_id: int) -> Any:
    """Return the parsed form of a published revision, immutable and kept in memory. Raises NotFound for a draft."""
    sha = session().scalar(_COMPILED, {"id": revision_id})
    if sha is None:
        raise NotFound()
    return spec_of(sha)


def spec(opened: Opened) -> Any:
    """Return the parsed form of an opened document, without asking the database again where it is in memory."""
    return spec_of(opened.compiled_sha)


def text(revision_id: int) -> str:
    """Return the Markdown of any revision, byte for byte as it was written. Raises NotFound."""
    sha = session().scalar(_BLOB, {"id": revision_id})
    if sha is None:
        raise NotFound()
    return bytes_of([sha])[sha].decode("utf-8")


def card_of(row: Any) -> Card:
    return Card(
        document_id=row.id,
        kind=row.kind,
        slug=row.slug,
        title=row.title,
        minutes=row.minutes,
        state=row.state,
        published_id=row.published_id,
        summary=row.summary,
        folder=row.folder,
        verified_until=row.verified_until,
        use=row.use,
    )


def cards(document_ids: Iterable[int]) -> dict[int, Card]:
    """Return the cards of these documents by id, whatever their state; what does not exist is left out."""
    ids = list(set(document_ids))
    if not ids:
        return {}
    return {row.id: card_of(row) for row in rows(_CARDS_BY_ID, {"ids": ids})}


def by_path(paths: Iterable[str], *, archived: bool = False) -> dict[str, Card]:
    """Return by path the documents that lie or once lay there; what is not there or archived is left out.

    A path that one document left and another one took leads to the latter.
    """
    wanted = {path: parts for path in set(paths) if (parts := split_path(path))}
    if not wanted:
        return {}
    found: dict[tuple[str, str], Card] = {}
    for row in rows(_CARDS_BY_SLUG, {"slugs": [slug for _, slug in wanted.values()]}):
        if archived or row.state != ARCHIVED:
            found[row.folder, row.asked] = card_of(row)  # the current name comes last and wins
    return {path: found[parts] for path, parts in wanted.items() if parts in found}
