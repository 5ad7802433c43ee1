"""Tables of the knowledge base: what is searched in, and what was searched for."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, pk, plain, pseudonym, type_json


class ArticleEntry(Base):
    """What one published article is found by, folded (NFKC, simplified, lower case): rebuilt at each publish.

    sections: `[anchor, heading, text]` as written, for the sentence that is shown with the hit.
    """

    __tablename__ = "article_entry"
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    title: Mapped[str] = plain()
    aliases: Mapped[str] = plain()
    tags: Mapped[str] = plain()
    summary: Mapped[str] = plain()
    body: Mapped[str] = plain()
    sections: Mapped[list[Any]] = plain(type_json)


class SearchLog(Base):
    """One search (an observation: a GET may write it). Kept 90 days."""

    __tablename__ = "search_log"
    __table_args__ = (Index("ix_search_log_at", "at"),)
    id: Mapped[pk]
    at: Mapped[datetime] = plain()
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    query: Mapped[str] = free_text(String(200))
    hits: Mapped[int] = plain()
