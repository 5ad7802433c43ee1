"""Tables of what decides a person's days beside the roster: shifts, leave, public holidays, silent times."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, personal, pk, plain, pseudonym


class Shift(Base):
    """班次: a letter of a roster. starts, ends: minutes from midnight; ends <= starts = next morning."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("starts BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name="minutes_of_a_day"),
    )
    code: Mapped[str] = plain(String(20), primary_key=True)
    name: Mapped[str] = plain(String(40))
    starts: Mapped[int] = plain()
    ends: Mapped[int] = plain()


class Leave(Base):
    """请假: first and last day, both included. kind: annual | sick | maternity | personal | other; for HR's eyes."""

    __tablename__ = "leave"
    __table_args__ = (
        Index("ix_leave_person", "person_id", "from_on"),
        CheckConstraint("until_on >= from_on", name="not_backwards"),
    )
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    from_on: Mapped[date] = personal()
    until_on: Mapped[date] = personal()
    kind: Mapped[str] = personal(String(20), default="other", server_default="other")
    noted_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    noted_at: Mapped[datetime] = plain()


class FreezeWindow(Base):
    """大促静默期: first and last day (included) of a team and all below it.

    Nothing falls due, nobody is reminded; urgent notices are not held back.
    """

    __tablename__ = "freeze_window"
    __table_args__ = (
        Index("ix_freeze_window_until", "until_on"),
        CheckConstraint("until_on >= from_on", name="not_backwards"),
    )
    id: Mapped[pk]
    name: Mapped[str] = plain(String(80))
    from_on: Mapped[date] = plain()
    until_on: Mapped[date] = plain()
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class CompanyDay(Base):
    """A day that the company has otherwise than the public calendar, or that this does not know yet."""

    __tablename__ = "company_day"
    day: Mapped[date] = plain(primary_key=True)
    working: Mapped[bool] = plain()
    name: Mapped[str] = plain(String(40), default="", server_default="")


class PersonTag(Base):
    """标签: a word that rules may go by, such as 大促支援."""

    __tablename__ = "person_tag"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    tag: Mapped[str] = free_text(String(40), primary_key=True, index=True)


class CalendarFeed(Base):
    """The secret address under which a person's calendar program reads their days; only its digest is stored.

    with_titles: names of what is owed; without them only how much. with_shifts: on which days the person works.
    """

    __tablename__ = "calendar_feed"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    digest: Mapped[bytes] = plain(unique=True)
    made_at: Mapped[datetime] = plain()
    with_titles: Mapped[bool] = plain(default=True, server_default=text("true"))
    with_shifts: Mapped[bool] = plain(default=False, server_default=text("false"))
