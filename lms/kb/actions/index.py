"""Keeping what articles are found by in step with what is published.

`article_entry` is written with the publishing itself: sentences are shown from it, and titles are found in it when the
index can't be read. The index follows by the outbox (kb/jobs/indexing.py).
"""

from collections.abc import Callable

from sqlalchemy import delete, select

from lms.content import queries as content
from lms.content.attachments import queries as attachments
from lms.content.attachments.marks import marks
from lms.content.grammar.document import SectionSpec
from lms.content.models import Document, Edge
from lms.core import outbox
from lms.core.db import session
from lms.core.folding import folded
from lms.kb.models import ArticleEntry
from lms.kb.queries.entries import TOPIC
from lms.kb.spec import ArticleSpec

APART = "\n"
"""Between the parts of a folded column, so that no word is found across two of them."""


def index_article(document_id: int, revision_id: int) -> None:
    """Write anew what an article is found by: title, aliases, tags, summary, and the text of its sections."""
    _write_entry(document_id, revision_id)
    reindex(document_id)


def _write_entry(document_id: int, revision_id: int) -> None:
    spec: ArticleSpec = content.compiled(revision_id)
    words = _words_of_files(spec)
    sections = [(each.anchor, each.title, words(each)) for each in (spec.intro, *spec.sections)]
    sections[0] = ("", "", words(spec.intro))
    values = {
        "title": folded(spec.title),
        "aliases": APART.join(folded(alias) for alias in spec.aliases),
        "tags": APART.join(folded(tag) for tag in spec.about.tags),
        "summary": folded(spec.about.summary),
        "body": APART.join(folded(part) for _, heading, text in sections for part in (heading, text)),
        "sections": [list(section) for section in sections],
    }
    entry = session().get(ArticleEntry, document_id)
    if entry is None:
        session().add(ArticleEntry(document_id=document_id, **values))
    else:
        for name, value in values.items():
            setattr(entry, name, value)
    session().flush()


def reindex(document_id: int) -> None:
    """Ask for the entry of an article to be written anew, or to be forgotten where it is not published any more."""
    outbox.put(TOPIC, str(document_id))


def _words_of_files(spec: ArticleSpec) -> Callable[[SectionSpec], str]:
    """Return what gives the words of a section and of the files that it shows: a PDF's pages, slides, a film's name."""
    shown = {id(each): marks([each.html]) for each in (spec.intro, *spec.sections)}
    paths = {mark.path for found in shown.values() for mark in found}
    known = attachments.words(paths) if paths else {}
    return lambda section: "\n".join([section.text, *(known.get(mark.path, "") for mark in shown[id(section)])]).strip()


def index_articles_showing(path: str) -> None:
    """Write the entries of the published articles anew that show this file."""
    found = session().execute(
        select(Document.id, Document.published_id)
        .join(Edge, Edge.from_document_id == Document.id)
        .where(Edge.to_path == path, Document.kind == "article", Document.state == "published")
        .distinct()
    )
    for document_id, revision_id in found.all():
        if revision_id is not None:
            index_article(document_id, revision_id)


def rebuild() -> int:
    """Write every entry anew from what is published; return how many there are. The index is another's affair."""
    session().execute(delete(ArticleEntry))
    session().expire_all()
    rows = (
        session()
        .execute(
            select(Document.id, Document.published_id).where(Document.kind == "article", Document.state == "published")
        )
        .all()
    )
    for document_id, revision_id in rows:
        if revision_id is not None:
            _write_entry(document_id, revision_id)
    return len(rows)
