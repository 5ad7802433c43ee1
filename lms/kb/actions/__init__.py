"""Verbs of the knowledge base. Each subject in its own module; transactions are opened by the caller."""

from lms.kb.actions.index import index_article, index_articles_showing, rebuild
from lms.kb.actions.searches import note_search

__all__ = ["index_article", "index_articles_showing", "note_search", "rebuild"]
