"""Tables of what people were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, pk, plain, pseudonym, type_json


class Notice(Base):
    """One thing that one person is told. topic: what about, for its mark and later its channel.

    sentence: `{id, values}`, the message by its Chinese form and what is filled in, so that it reads in either
    language. link: `{endpoint, values}`. dedup_key: the same thing is told once.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_person", "person_id", "at"),
        Index(
            "ix_notice_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    topic: Mapped[str] = plain(String(20))
    sentence: Mapped[dict[str, Any]] = free_text(type_json)
    link: Mapped[dict[str, Any]] = plain(type_json, default=dict)
    dedup_key: Mapped[str] = plain(String(160), unique=True)
    at: Mapped[datetime] = plain()
    read_at: Mapped[datetime | None] = plain()
