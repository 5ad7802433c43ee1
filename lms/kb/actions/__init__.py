"""Verbs of the knowledge base. Each subject in its own module; transactions are opened by the caller."""

from lms.kb.actions.index import index_article, index_articles_showing, rebuild, reindex
from lms.kb.actions.keeping import keep, let_go
from lms.kb.actions.searches import note_click, note_search
from lms.kb.actions.seen import note_views
from lms.kb.actions.voting import vote

__all__ = [
    "index_article",
    "index_articles_showing",
    "keep",
    "let_go",
    "note_click",
    "note_search",
    "note_views",
    "rebuild",
    "reindex",
    "vote",
]
