"""What somebody keeps at hand and what they have looked at lately, as far as they may still read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from lms.content import queries as content
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor
from lms.core.db import session
from lms.kb.models import ArticleView, Favourite
from lms.kb.queries.taken import apart
from lms.kb.rules.blocks import Script

RECENTS = 8
_LOOKED_AT = 60
"""Views that are read for the recents: an article counts once, whatever versions of it were seen."""
MOST_KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An article or one 话术 of it. script: None for the article itself, and where its wording is gone (`changed`)."""

    document_id: int
    slug: str
    title: str
    key: str
    script: Script | None

    @property
    def changed(self) -> bool:
        return bool(self.key) and self.script is None


def favourites(actor: Actor) -> list[Kept]:
    """Return what the actor keeps, the latest first."""
    statement = (
        select(Document.id, Slug.slug, Document.title, Favourite.script, Revision.compiled_sha)
        .join(Document, Document.id == Favourite.document_id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .join(Revision, Revision.id == Document.published_id)
        .where(Favourite.person_id == actor.id, content.readable(actor))
        .order_by(Favourite.at.desc(), Document.id, Favourite.script)
        .limit(MOST_KEPT)
    )
    return [
        Kept(document_id=id, slug=slug, title=title, key=key, script=_script(key, sha))
        for id, slug, title, key, sha in session().execute(statement).all()
        if sha is not None
    ]


def _script(key: str, compiled_sha: bytes) -> Script | None:
    return next((each for each in apart(compiled_sha).scripts if each.key == key), None) if key else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    slug: str
    title: str


def recents(actor: Actor, unwritten: dict[int, datetime] | None = None) -> list[Recent]:
    """Return the articles that the actor has opened, the latest first.

    unwritten: by document, what this process has seen and not written yet.
    """
    found: dict[int, datetime] = {}
    views = (
        select(ArticleView.document_id, ArticleView.last_at)
        .where(ArticleView.person_id == actor.id)
        .order_by(ArticleView.last_at.desc())
        .limit(_LOOKED_AT)
    )
    for document_id, at in [*session().execute(views).all(), *(unwritten or {}).items()]:
        found[document_id] = max(at, found.get(document_id, at))
    if not found:
        return []
    readable = (
        select(Document.id, Slug.slug, Document.title)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.id.in_(found), content.readable(actor))
    )
    rows = {row.id: Recent(slug=row.slug, title=row.title) for row in session().execute(readable)}
    ordered = sorted(found, key=lambda document_id: found[document_id], reverse=True)
    return [rows[document_id] for document_id in ordered if document_id in rows][:RECENTS]
