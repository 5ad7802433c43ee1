"""Several documents at once with the text that their authors work on."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from lms.content.audience import readable
from lms.content.models import Document, Revision, Slug
from lms.content.queries.reading import ARCHIVED, CARD, CARD_MORE, CARDS, Card, card_of
from lms.content.store import bytes_of
from lms.core.access import Actor
from lms.core.db import session

CHUNK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A document with its latest text: the draft, else what is published. revision_id: base of the next save."""

    card: Card
    revision_id: int
    has_draft: bool
    source: str


def heads(ids: Collection[int] | None = None, *, kind: str = "") -> Iterator[Head]:
    """Yield the documents by title, archived ones left out. ids: only these. Sources are loaded a hundred at a time."""
    head = func.coalesce(Document.draft_id, Document.published_id)
    statement = (
        select(*CARD, *CARD_MORE, Document.draft_id, Revision.id.label("head"), Revision.blob_sha)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .join(Revision, Revision.id == head)
        .where(Document.state != ARCHIVED)
        .order_by(Document.title, Document.id)
    )
    if ids is not None:
        statement = statement.where(Document.id.in_(ids))
    if kind:
        statement = statement.where(Document.kind == kind)
    found = session().execute(statement).all()
    for start in range(0, len(found), CHUNK):
        part = found[start : start + CHUNK]
        sources = bytes_of({row.blob_sha for row in part})
        for row in part:
            yield Head(
                card=card_of(row),
                revision_id=row.head,
                has_draft=row.draft_id is not None,
                source=sources[row.blob_sha].decode("utf-8"),
            )


def known_tags() -> list[str]:
    """Return every tag that a document has, in order."""
    return sorted({tag for tags in session().scalars(select(Document.tags)) for tag in tags})


def readable_tags(actor: Actor) -> list[str]:
    """Return every tag of the published documents that the actor may read, in order."""
    found = select(Document.tags).where(Document.state == "published", readable(actor))
    return sorted({tag for tags in session().scalars(found) for tag in tags})


def with_tag(tags: Collection[str]) -> list[Card]:
    """Return the documents that have one of these tags, by title; archived ones are left out."""
    found = session().execute(
        CARDS.add_columns(Document.tags).where(Document.state != ARCHIVED).order_by(Document.title)
    )
    return [card_of(row) for row in found if any(tag in row.tags for tag in tags)]
