"""JSON of the knowledge base: search, and one article in any version that was published."""

from time import perf_counter
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import Length, Range
from markupsafe import escape

from lms.content import queries as content
from lms.content.sections import shown_sections
from lms.content.show import show
from lms.core.access import Permission
from lms.core.errors import NotFound
from lms.kb import queries
from lms.kb.rules import finding
from lms.kb.views.browse import log_search
from lms.questions.parse.self_checks import without_self_checks
from lms.web.api import MOST, instant
from lms.web.auth import current_actor, requires

bp = APIBlueprint("kb_api", __name__, url_prefix="/api/v1/kb", tag="Knowledge")


class SearchQuery(Schema):
    q = String(required=True, validate=Length(min=1, max=finding.LONGEST_QUERY))
    limit = Integer(load_default=10, validate=Range(min=1, max=queries.MOST_HITS))


class SearchItem(Schema):
    slug = String(required=True)
    title = String(required=True)
    section = String(required=True, metadata={"description": "heading under which the hit stands, '' at the top"})
    anchor = String(required=True)
    snippet_html = String(required=True, metadata={"description": "one sentence; hits are in <mark>"})
    verified_until = Date(allow_none=True)


class SearchAnswer(Schema):
    items = List(Nested(SearchItem), required=True)
    next = Integer(allow_none=True)
    took_ms = Integer(required=True)
    did_you_mean = String(allow_none=True)


class ArticleQuery(Schema):
    revision = Integer(load_default=None, validate=Range(min=1, max=MOST))


class ArticleAnswer(Schema):
    slug = String(required=True)
    title = String(required=True)
    revision = Integer(required=True)
    published_at = String(allow_none=True)
    markdown = String(required=True)
    html = String(required=True)
    verified_until = Date(allow_none=True)
    owner = String(required=True)


def snippet_html(pieces: tuple[finding.Piece, ...]) -> str:
    """Return the pieces as safe HTML, hits in <mark>."""
    return "".join(f"<mark>{escape(piece.text)}</mark>" if piece.hit else str(escape(piece.text)) for piece in pieces)


@bp.get("/search")
@bp.input(SearchQuery, location="query")
@bp.output(SearchAnswer)
@requires(Permission.LEARN)
def search(query_data: dict[str, Any]) -> dict[str, Any]:
    """Articles that hold every word, the best first; the search is noted."""
    actor = current_actor()
    began = perf_counter()
    hits = queries.search(actor, query_data["q"], limit=query_data["limit"])
    meant = None if hits else finding.nearest_word(query_data["q"], queries.names(actor))
    took = round((perf_counter() - began) * 1000)
    log_search(actor, query_data["q"], len(hits))
    items = [
        {
            "slug": hit.slug,
            "title": hit.title,
            "section": hit.sentence.heading,
            "anchor": hit.sentence.anchor,
            "snippet_html": snippet_html(hit.sentence.pieces),
            "verified_until": hit.verified_until,
        }
        for hit in hits
    ]
    return {"items": items, "next": None, "took_ms": took, "did_you_mean": meant}


@bp.get("/articles/<path:slug>")
@bp.input(ArticleQuery, location="query")
@bp.output(ArticleAnswer)
@requires(Permission.LEARN)
def article(slug: str, query_data: dict[str, Any]) -> dict[str, Any]:
    """One article as it is published, or as it was in the revision of that number."""
    opened = content.open_published(current_actor(), "article", slug)
    number = query_data["revision"] or opened.number
    revision_id = queries.revision_id(opened.document_id, number)
    if revision_id is None:
        raise NotFound()
    spec = content.compiled(revision_id)
    intro, parts = shown_sections(spec.intro, spec.sections, show)
    html = str(intro) + "".join(
        f'<h{part.level} id="{escape(part.anchor)}">{escape(part.title)}</h{part.level}>{part.html}' for part in parts
    )
    return {
        "slug": opened.slug,
        "title": spec.title,
        "revision": number,
        "published_at": instant(queries.last_change(revision_id).at),
        "markdown": without_self_checks(content.text(revision_id)),
        "html": html,
        "verified_until": opened.verified_until,
        "owner": opened.owner_name,
    }
