"""The table of what people were reminded of."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, plain, pseudonym


class Reminder(Base):
    """One step of one due day of one duty that was said: never twice, whatever happens in between.

    step: days from the due day (-3 = three days before); 999 = the lead was told that it is late. person_id: who was
    told. done: how many items of the duty were done then. notice_key: `dedup_key` of the notice that said it, with
    whatever else that person was reminded of on that day. Kept 400 days, and as long as the duty is open.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        Index("ix_reminder_person", "person_id", "said_on"),
        Index("ix_reminder_notice", "notice_key"),
    )
    assignment_id: Mapped[int] = plain(ForeignKey("assignment.id"), primary_key=True)
    due_on: Mapped[date] = plain(primary_key=True)
    step: Mapped[int] = plain(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    said_on: Mapped[date] = plain()
    done: Mapped[int] = plain(default=0, server_default="0")
    notice_key: Mapped[str] = plain(String(160))
