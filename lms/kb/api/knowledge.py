"""JSON of the knowledge base: search, and one article in any version that was published."""

from time import perf_counter
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, Range
from markupsafe import escape

from lms.content import queries as content
from lms.content.sections import shown_sections
from lms.content.show import show
from lms.core.access import Permission
from lms.kb import queries
from lms.kb.queries import versions
from lms.kb.rules import asking, finding
from lms.kb.views.noting import log_search
from lms.questions.parse.self_checks import without_self_checks
from lms.web.api import MOST, instant
from lms.web.auth import current_actor, requires

bp = APIBlueprint("kb_api", __name__, url_prefix="/api/v1/kb", tag="Knowledge")


class SearchQuery(Schema):
    q = String(required=True, validate=Length(min=1, max=asking.LONGEST_QUERY))
    limit = Integer(load_default=10, validate=Range(min=1, max=queries.MOST_HITS))
    shop = String(
        load_default="",
        validate=Length(max=40),
        metadata={"description": "code of the shop that is asked for; without it one's own shops"},
    )
    folder = String(load_default="", validate=Length(max=200), metadata={"description": "only in this category"})
    tag = String(load_default="", validate=Length(max=200), metadata={"description": "only with this tag"})
    cursor = Integer(
        load_default=0,
        validate=Range(min=0, max=queries.CANDIDATES * 2),
        metadata={"description": "`next` of the answer before"},
    )


class SearchItem(Schema):
    slug = String(required=True)
    title = String(required=True)
    section = String(required=True, metadata={"description": "heading under which the hit stands, '' at the top"})
    anchor = String(required=True)
    snippet_html = String(required=True, metadata={"description": "one sentence; hits are in <mark>"})
    verified_until = Date(allow_none=True)
    shops = List(String(), required=True, metadata={"description": "shops that it applies to; empty = all"})
    other_shop = Boolean(required=True, metadata={"description": "it applies to none of the shops that are asked for"})


class SearchAnswer(Schema):
    items = List(Nested(SearchItem), required=True)
    next = Integer(allow_none=True, metadata={"description": "`cursor` of the next answer, null at the end"})
    took_ms = Integer(required=True)
    searched_for = String(
        required=True, metadata={"description": "what was looked for: `q`, or in its place what was meant"}
    )
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
    """Articles that answer a query, the best first; the search is noted."""
    actor = current_actor()
    began = perf_counter()
    wish = queries.Wish(
        query=query_data["q"],
        shop=query_data["shop"],
        folder=query_data["folder"] or None,
        tag=query_data["tag"],
        limit=query_data["limit"],
        after=query_data["cursor"],
    )
    answer = queries.answer(actor, wish)
    took = round((perf_counter() - began) * 1000)
    if not wish.after:
        log_search(actor, wish.query, answer.total, origin="api", shop=wish.shop)
    items = [
        {
            "slug": hit.slug,
            "title": hit.title,
            "section": hit.sentence.heading,
            "anchor": hit.sentence.anchor,
            "snippet_html": snippet_html(hit.sentence.pieces),
            "verified_until": hit.verified_until,
            "shops": list(hit.shops),
            "other_shop": hit.elsewhere,
        }
        for hit in answer.hits
    ]
    return {
        "items": items,
        "next": answer.next,
        "took_ms": took,
        "searched_for": answer.instead or wish.query,
        "did_you_mean": answer.instead or answer.meant or None,
    }


@bp.get("/articles/<path:slug>")
@bp.input(ArticleQuery, location="query")
@bp.output(ArticleAnswer)
@requires(Permission.LEARN)
def article(slug: str, query_data: dict[str, Any]) -> dict[str, Any]:
    """One article as it is published, or as it was in the revision of that number."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    number = query_data["revision"] or opened.number
    revision_id = versions.version_read(actor, opened.document_id, number)
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
