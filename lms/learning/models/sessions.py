"""Tables of what people choose themselves and meet for: the catalogue and the live sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym


class Offer(Base):
    """A document of the catalogue, in which agents enrol themselves. category: pre-job | in-service | special."""

    __tablename__ = "offer"
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    category: Mapped[str] = plain(String(12))
    words: Mapped[str] = plain(String(200), default="", server_default="")  # for whom, in a line
    days: Mapped[int | None] = plain()  # until when who enrols has to be done; None = open
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    closed_at: Mapped[datetime | None] = plain()


class LiveSession(Base):
    """课堂: people meet at a time, in a room or by a link. kind: class | online | activity.

    document_id: the task (or other document) that who attends has done; None = it stands alone. trainer_name: who is
    not of the house and has no account. places: None = no limit. state: planned | held | cancelled. code: the word of
    the day behind the QR code of the sign-in sheet.
    """

    __tablename__ = "live_session"
    __table_args__ = (
        Index("ix_live_session_starts", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="not_backwards"),
        CheckConstraint("places IS NULL OR places > 0", name="some_places"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    title: Mapped[str] = plain(String(120))
    kind: Mapped[str] = plain(String(12))
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"), index=True)
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))  # who may enrol: this team and below; None = all
    trainer_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    trainer_name: Mapped[str] = plain(String(80), default="", server_default="")
    place: Mapped[str] = plain(String(120), default="", server_default="")
    link: Mapped[str] = plain(String(400), default="", server_default="")
    starts_at: Mapped[datetime] = plain()
    ends_at: Mapped[datetime] = plain()
    places: Mapped[int | None] = plain()
    by_choice: Mapped[bool] = plain(default=True, server_default=text("true"))  # people enrol themselves
    words: Mapped[str] = plain(default="", server_default="")
    code: Mapped[str] = plain(String(32), default=new_public_id)
    state: Mapped[str] = plain(String(12), default="planned", server_default="planned")
    cancelled_why: Mapped[str] = free_text(default="", server_default="")
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class Seat(Base):
    """A person and a live session. state: enrolled | waiting | cancelled | attended | absent | excused.

    Who waits moves up in the order of asked_at. signed: how attendance was noted, qr | trainer. credited_at: when the
    log was told that the document is done by having been there.
    """

    __tablename__ = "seat"
    __table_args__ = (Index("ix_seat_person", "person_id", "state"),)
    session_id: Mapped[int] = plain(ForeignKey("live_session.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    state: Mapped[str] = plain(String(12))
    asked_at: Mapped[datetime] = plain()
    put_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    signed: Mapped[str] = plain(String(8), default="", server_default="")
    signed_at: Mapped[datetime | None] = plain()
    note: Mapped[str] = free_text(default="", server_default="")
    credited_at: Mapped[datetime | None] = plain()
    minutes: Mapped[int | None] = personal()  # what is credited where it was not all of it
