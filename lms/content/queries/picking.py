"""Documents that an author may link to, with the sections that a link can lead to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, or_, select

from lms.content.kinds import kinds
from lms.content.models import Document, Part, Revision, Slug
from lms.content.parts import PartKind
from lms.content.queries.reading import ARCHIVED, CARDS, PUBLISHED, Card, card_of
from lms.content.store import bytes_of
from lms.core.db import session

MOST = 12
"""Documents in one answer."""

_MOST_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A heading of a document. anchor: what stands behind the # of a link."""

    title: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    card: Card
    sections: tuple[Place, ...]


def pick(words: str, kind_names: Sequence[str] = (), *, limit: int = MOST) -> list[Picked]:
    """Return documents that are not archived and have every word in their title or slug; the published ones first.

    words: "" = those with the newest version. kind_names: only of these kinds, () = of all.
    """
    statement = CARDS.where(Document.state != ARCHIVED, Document.kind.in_(kind_names or tuple(kinds())))
    asked = words.split()[:_MOST_WORDS]
    for word in asked:
        named = Document.title.icontains(word, autoescape=True)
        statement = statement.where(or_(named, Slug.slug.icontains(word, autoescape=True)))
    if asked:
        statement = statement.order_by(
            case((Document.title.istartswith(asked[0], autoescape=True), 0), else_=1),
            case((Document.state == PUBLISHED, 0), else_=1),
            Document.title,
        )
    else:
        statement = statement.order_by(Document.draft_id.desc().nulls_last(), Document.published_id.desc().nulls_last())
    cards = [card_of(row) for row in session().execute(statement.order_by(Document.id).limit(limit))]
    sections = _published_sections([card.document_id for card in cards if card.published_id is not None])
    sections.update(_draft_sections([card for card in cards if card.published_id is None]))
    return [Picked(card=card, sections=tuple(sections.get(card.document_id, ()))) for card in cards]


def _published_sections(ids: Sequence[int]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = defaultdict(list)
    if not ids:
        return found
    rows = session().execute(
        select(Part.document_id, Part.title, Part.anchor)
        .where(Part.document_id.in_(ids), Part.kind == PartKind.SECTION, Part.retired_at.is_(None), Part.anchor != "")
        .order_by(Part.document_id, Part.position)
    )
    for document_id, title, anchor in rows:
        found[document_id].append(Place(title=title, anchor=anchor))
    return found


def _draft_sections(cards: Sequence[Card]) -> dict[int, list[Place]]:
    """Return the sections of what was never published: it has no parts yet, so its draft is read."""
    if not cards:
        return {}
    of = {card.document_id: card for card in cards}
    rows = session().execute(
        select(Document.id, Revision.blob_sha)
        .join(Revision, Revision.id == Document.draft_id)
        .where(Document.id.in_(of))
    )
    shas = {row.id: row.blob_sha for row in rows}
    sources = bytes_of(set(shas.values()))
    found = {}
    for document_id, sha in shas.items():
        kind = kinds()[of[document_id].kind]
        spec = kind.parse(sources[sha].decode("utf-8"), of[document_id].path).spec
        parts = kind.parts(spec) if spec is not None else ()
        found[document_id] = [
            Place(title=part.title, anchor=part.anchor)
            for part in parts
            if part.kind is PartKind.SECTION and part.anchor
        ]
    return found
