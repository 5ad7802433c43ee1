"""What each person is likely to remember still."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, personal, plain, pseudonym


class Memory(Base):
    """How well one person remembers one question, as the spaced-repetition library keeps it.

    state: learning | review | relearning; step: within the first and third, None in the second. stability: days after
    which 90 % still know it; difficulty: 1..10; both None before the first answer.
    """

    __tablename__ = "memory"
    __table_args__ = (Index("ix_memory_due", "person_id", "due_at"),)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    part_id: Mapped[int] = plain(ForeignKey("part.id"), primary_key=True, autoincrement=False)
    state: Mapped[str] = plain(String(12))
    step: Mapped[int | None] = plain()
    stability: Mapped[float | None] = personal()
    difficulty: Mapped[float | None] = personal()
    due_at: Mapped[datetime] = plain()
    last_at: Mapped[datetime | None] = plain()
