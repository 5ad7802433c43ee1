"""Tables of the knowledge base: what was searched for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, pk, plain, pseudonym


class SearchLog(Base):
    """One search (an observation: a GET may write it). Kept 90 days."""

    __tablename__ = "search_log"
    __table_args__ = (Index("ix_search_log_at", "at"),)
    id: Mapped[pk]
    at: Mapped[datetime] = plain()
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    query: Mapped[str] = free_text(String(200))
    hits: Mapped[int] = plain()
