"""Finding articles: search in SQL with the permission inside."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from lms.content import queries as content
from lms.content.models import Document, Slug
from lms.core.access import Actor
from lms.core.db import session
from lms.core.folding import folded
from lms.kb.models import ArticleEntry
from lms.kb.queries.reading import ARTICLE_COLUMNS
from lms.kb.rules.finding import Piece, Sentence, best_sentence, marked, query_words

MOST_HITS = 50
# How much a word weighs by where it stands. A title that begins with the whole query comes before all else.
_WEIGHTS = (
    (ArticleEntry.title, 1_000),
    (ArticleEntry.aliases, 200),
    (ArticleEntry.tags, 40),
    (ArticleEntry.summary, 8),
    (ArticleEntry.body, 1),
)
_PREFIX = 10_000
_EXACT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    slug: str
    title: str
    summary: str
    tags: tuple[str, ...]
    verified_until: date | None
    sentence: Sentence
    title_pieces: tuple[Piece, ...]


def _contains(column: Any, word: str) -> ColumnElement[bool]:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found: ColumnElement[bool] = column.like(f"%{escaped}%", escape="\\")
    return found


def search(actor: Actor, query: str, *, limit: int = 20) -> list[Hit]:
    """Return the articles that the actor may read and that hold every word of the query, the best first.

    A title that begins with the query > title > alias > tag > summary > text; then the shorter title.
    """
    words = query_words(query)
    if not words:
        return []
    whole = "".join(words)
    score: ColumnElement[int] = literal(0)
    conditions = []
    for word in words:
        places = [(column, weight, _contains(column, word)) for column, weight in _WEIGHTS]
        conditions.append(or_(*(found for _, _, found in places)))
        score = score + case(*((found, weight) for _, weight, found in places), else_=0)
    begins = case(
        (_begins(ArticleEntry.title, folded(query)), _PREFIX), (_begins(ArticleEntry.title, whole), _PREFIX), else_=0
    )
    exact = case((_line(ArticleEntry.aliases, folded(query)), _EXACT), else_=0)
    statement = (
        select(*ARTICLE_COLUMNS, ArticleEntry.sections)
        .join(ArticleEntry, ArticleEntry.document_id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.kind == "article", content.readable(actor), *conditions)
        .order_by((score + begins + exact).desc(), func.length(Document.title), Document.id)
        .limit(max(1, min(limit, MOST_HITS)))
    )
    return [
        Hit(
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            tags=tuple(row.tags),
            verified_until=row.verified_until,
            sentence=best_sentence(row.sections, words, row.summary),
            title_pieces=marked(row.title, words),
        )
        for row in session().execute(statement)
    ]


def _begins(column: Any, text: str) -> ColumnElement[bool]:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found: ColumnElement[bool] = column.like(f"{escaped}%", escape="\\")
    return found


def _line(column: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that one line of the column is this very text."""
    found: ColumnElement[bool] = or_(
        column == text,
        _begins(column, f"{text}\n"),
        _contains(column, f"\n{text}\n"),
        column.like("%\n" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"), escape="\\"),
    )
    return found


def names(actor: Actor) -> list[str]:
    """Return every title and alias that the actor may read: what a misspelt query is compared with."""
    found: list[str] = []
    for title, aliases in session().execute(
        select(Document.title, Document.aliases).where(Document.kind == "article", content.readable(actor))
    ):
        found += [title, *aliases]
    return found
