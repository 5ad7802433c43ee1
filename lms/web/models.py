"""The one table of the shell: what calls with an Idempotency-Key were answered."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, pk, plain, pseudonym


class KeptAnswer(Base):
    """What a POST with a key was answered, written with its effect, so that the same call again does nothing twice.

    key_digest: of the key. call_digest: of path and query. digest: of the body and its type. status: 0 while the call
    runs, seen by nobody else. Forgotten after a day.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("person_id", "key_digest"), Index("ix_kept_answer_at", "at"))
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym()
    key_digest: Mapped[bytes] = plain()
    call_digest: Mapped[bytes] = plain()
    digest: Mapped[bytes] = plain()
    status: Mapped[int] = plain(default=0, server_default="0")
    content_type: Mapped[str] = plain(String(100), default="", server_default="")
    body: Mapped[str] = free_text(default="", server_default="")
    at: Mapped[datetime] = plain()
