"""The sections of articles to which a drill's author points, ready to be read in place."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from lms.content.audience import is_meant
from lms.content.models import Document, Revision, Slug
from lms.content.rules.paths import split_path
from lms.content.store import spec_of
from lms.core.access import Actor
from lms.core.db import rows

_REFERENCE = re.compile(r'\shref="lms:([^"]*)"')
_asked = aliased(Slug)
_ARTICLES = (
    select(
        Document.id,
        Document.title,
        Document.folder,
        Document.audience,
        Slug.slug,
        _asked.slug.label("asked"),
        Revision.compiled_sha,
    )
    .join(_asked, and_(_asked.document_id == Document.id, _asked.kind == "article"))
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .join(Revision, Revision.id == Document.published_id)
    .where(_asked.slug.in_(bindparam("slugs", expanding=True)), Document.state == "published")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section to read. title: "" for an article as a whole. html: as stored, "" where there is nothing to excerpt."""

    document_id: int
    article: str
    slug: str
    anchor: str
    title: str
    html: str


def references(pieces: Iterable[str]) -> tuple[str, ...]:
    """Return where these pieces of stored HTML lead to, each once, in their order."""
    return tuple(dict.fromkeys(unescape(found) for piece in pieces for found in _REFERENCE.findall(piece)))


def sections(actor: Actor, wanted: Sequence[str]) -> dict[str, Section]:
    """Return by reference the sections that the actor may read; what is no article is left out. One statement."""
    asked = {each: parts for each in wanted if (parts := split_path(each.partition("#")[0]))}
    if not asked:
        return {}
    articles = {
        (row.folder, row.asked): row
        for row in rows(_ARTICLES, {"slugs": sorted({slug for _, slug in asked.values()})})
        if is_meant(row.audience, actor)
    }
    found = {}
    for reference, place in asked.items():
        row = articles.get(place)
        if row is None:
            continue
        anchor = reference.partition("#")[2]
        spec = spec_of(row.compiled_sha)
        section = next((each for each in getattr(spec, "sections", ()) if each.anchor == anchor), None)
        found[reference] = Section(
            document_id=row.id,
            article=row.title,
            slug=row.slug,
            anchor=anchor if section else "",
            title=section.title if section else "",
            html=section.html if section else "",
        )
    return found
