"""What the knowledge base does when something is published; rooms.py subscribes it."""

from lms.content.attachments.events import PagesRead
from lms.content.events import Published
from lms.kb import actions


def on_published(fact: Published) -> None:
    if fact.kind == "article":
        actions.index_article(fact.document_id, fact.revision_id)


def on_pages_read(fact: PagesRead) -> None:
    actions.index_articles_showing(fact.path)
