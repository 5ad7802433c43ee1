"""What the search index is to know of each published article, and how the index stands."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select

from lms.content.models import Document, Slug
from lms.core import outbox
from lms.core.db import session
from lms.kb.models import ArticleEntry
from lms.search.engine import Entry
from lms.search.engines import engine, expected_version
from lms.search.tokens import index_tokens, name_tokens

TOPIC = "search"
"""Of the outbox: key = number of a document whose entry is to be written anew."""
FOR_ALL = "for:*"
_CHUNK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """ready: the index can be read. open: articles that wait to be indexed; dead: that failed for good; error: why."""

    engine: str
    ready: bool
    open: int
    dead: int
    error: str


def index_state() -> IndexState:
    waiting = outbox.waiting(TOPIC)
    search = engine()
    return IndexState(
        engine=type(search).__name__,
        ready=search.version() == expected_version(),
        open=waiting.open,
        dead=waiting.dead,
        error=waiting.error,
    )


def published_count() -> int:
    """Return how many articles the index is to hold."""
    count: int = session().execute(select(func.count()).select_from(_published().subquery())).scalar_one()
    return count


def entries(ids: Collection[int]) -> list[Entry]:
    """Return what the published ones of these documents are found by; the others are to be forgotten."""
    return [_entry(row) for row in session().execute(_published().where(Document.id.in_(ids)))]


def every_entry() -> Iterator[Entry]:
    """Give what each published article is found by, some at a time, by number."""
    last = 0
    while found := session().execute(_published().where(Document.id > last).limit(_CHUNK)).all():
        for row in found:
            yield _entry(row)
        last = found[-1].id


def _published() -> Select[Any]:
    return (
        select(Document.id, Document.audience, Document.shops, Document.aliases, Document.tags, Document.summary)
        .add_columns(Document.title, Slug.slug, ArticleEntry.sections)
        .join(ArticleEntry, ArticleEntry.document_id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.kind == "article", Document.state == "published")
        .order_by(Document.id)
    )


def _entry(row: Any) -> Entry:
    """Return the entry of an article. Who may read it, its folders, tags and shops are facets."""
    return Entry(
        id=row.id,
        tokens={
            "title": name_tokens(row.title),
            "names": (*_apart(map(name_tokens, row.aliases)), *_apart(map(index_tokens, row.tags))),
            "headings": _apart(index_tokens(heading) for _, heading, _ in row.sections if heading),
            "body": _apart(index_tokens(text) for text in (row.summary, *(text for _, _, text in row.sections))),
        },
        facets=frozenset(
            (
                *((f"for:{word}" for word in row.audience) if row.audience else (FOR_ALL,)),
                *(f"in:{folder}" for folder in _folders(row.slug)),
                *(f"tag:{tag}" for tag in row.tags),
                *(f"shop:{shop}" for shop in row.shops),
            )
        ),
    )


def _apart(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(token for part in parts for token in (*part, ""))


def _folders(slug: str) -> list[str]:
    """Return the folder of a slug and those above it: a/b/c is in a/b and in a."""
    parts = slug.split("/")[:-1]
    return ["/".join(parts[:size]) for size in range(1, len(parts) + 1)]
