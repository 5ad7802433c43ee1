"""What each person is likely to remember still."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from lms.core.db import Base, personal, plain, pseudonym


class Memory(Base):
    """How well one person remembers one question, as the spaced-repetition library keeps it.

    stability: days after which nine of ten still know it; difficulty: 1..10. See rules/recall.py.
    """

    __tablename__ = "memory"
    __table_args__ = (Index("ix_memory_due", "person_id", "due_at"),)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    part_id: Mapped[int] = plain(ForeignKey("part.id"), primary_key=True, autoincrement=False)
    stability: Mapped[float] = personal()
    difficulty: Mapped[float] = personal()
    due_at: Mapped[datetime] = plain()
    last_at: Mapped[datetime] = plain()
