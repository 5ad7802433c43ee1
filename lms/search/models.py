"""Tables of the engine that keeps the index in PostgreSQL; on SQLite they stay empty."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, JSON, Index, String, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped

from lms.core.db import Base, plain

type_vector = Text().with_variant(TSVECTOR(), "postgresql")
type_words = JSON().with_variant(ARRAY(Text()), "postgresql")
_GIN: dict[str, Any] = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}


class SearchEntry(Base):
    """What one entry is found by: a vector of its tokens; and what it is weighed by: a small one of its head.

    A long entry has several rows and is `split`, because a vector knows only 16,383 positions and 256 of one word.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        Index("ix_search_entry_vector", "vector", postgresql_where=text("NOT split"), **_GIN),
        Index("ix_search_entry_vector_split", "vector", postgresql_where=text("split"), **_GIN),
        Index("ix_search_entry_facets", "facets", **_GIN),
    )
    entry_id: Mapped[int] = plain(primary_key=True, autoincrement=False)
    part: Mapped[int] = plain(primary_key=True, autoincrement=False)
    split: Mapped[bool] = plain()
    vector: Mapped[str] = plain(type_vector)
    head: Mapped[str] = plain(type_vector)
    facets: Mapped[list[Any]] = plain(type_words)


class SearchBuild(Base):
    """With which version of tokens the index was built; one row, id 1."""

    __tablename__ = "search_build"
    id: Mapped[int] = plain(primary_key=True, autoincrement=False)
    version: Mapped[str] = plain(String(20))
    built_at: Mapped[datetime] = plain()
