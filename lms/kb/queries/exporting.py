"""Reading all published articles for a file that leaves the house."""

from typing import Any

from sqlalchemy import and_, select

from lms.content.models import Document, Revision, Slug
from lms.core.db import session
from lms.kb.queries.about import folder_of
from lms.kb.queries.taken import apart
from lms.kb.rules.browsing import categories
from lms.kb.rules.exporting import Article

INTERNAL = frozenset({"内部", "internal"})
"""Tags of an article that is for the house alone, though everybody in it may read it."""


def exported(*, restricted: bool = False, folder: str | None = None) -> list[Article]:
    """Return every published article by category and title. For who edits content, and the machine itself.

    restricted: also what is not meant for everybody or carries the tag 内部. folder: of one category only.
    """
    statement = (
        select(
            Slug.slug,
            Document.title,
            Document.tags,
            Document.aliases,
            Document.audience,
            Document.verified_until,
            Revision.compiled_sha,
        )
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .join(Revision, Revision.id == Document.published_id)
        .where(Document.kind == "article", Document.state == "published")
        .order_by(Slug.slug)
    )
    rows = [row for row in session().execute(statement) if restricted or not _is_kept_in(row)]
    names = {each.folder: each.name or each.folder for each in categories((row.slug, row.tags) for row in rows)}
    found = []
    for row in rows:
        own = folder_of(row.slug)
        if folder is not None and own != folder:
            continue
        whole = apart(row.compiled_sha)
        found.append(
            Article(
                title=row.title,
                group=names[own],
                aliases=tuple(row.aliases),
                verified_until=row.verified_until,
                parts=whole.parts,
                validities=(None, *(section.validity for section in whole.spec.sections)),
            )
        )
    return found


def restricted_count() -> int:
    """Return how many published articles leave the house only when that is asked for."""
    every = session().execute(
        select(Document.audience, Document.tags).where(Document.kind == "article", Document.state == "published")
    )
    return sum(map(_is_kept_in, every))


def _is_kept_in(row: Any) -> bool:
    return bool(row.audience) or not INTERNAL.isdisjoint(row.tags)
