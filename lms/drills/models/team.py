"""Tables of team drills: one incident for everybody, at one time, and what was learnt from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym


class TeamDrill(Base):
    """实战演练: a drill that teams play within one window. Its runs bear its id; its duties the occasion `drill:<id>`.

    incident: outage | overflow | price | other. repeats: "" | monthly; the next one is made when this one closes.
    previous_id: the one to compare with. on_shift: only those who work that day take part. cancelled_at: called off.
    """

    __tablename__ = "team_drill"
    __table_args__ = (Index("ix_team_drill_opens", "opens_at"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    title: Mapped[str] = plain()
    incident: Mapped[str] = plain(String(12))
    opens_at: Mapped[datetime] = plain()
    closes_at: Mapped[datetime] = plain()
    repeats: Mapped[str] = plain(String(12), default="", server_default="")
    on_shift: Mapped[bool] = plain(default=False, server_default=text("false"))
    previous_id: Mapped[int | None] = plain(ForeignKey("team_drill.id"))
    made_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    cancelled_at: Mapped[datetime | None] = plain()
    closed_at: Mapped[datetime | None] = plain()  # when the worker or a person closed it and its result stood


class TeamDrillTeam(Base):
    """A team (with those below it) that takes part."""

    __tablename__ = "team_drill_team"
    team_drill_id: Mapped[int] = plain(ForeignKey("team_drill.id"), primary_key=True, autoincrement=False)
    team_id: Mapped[int] = plain(ForeignKey("team.id"), primary_key=True, autoincrement=False)


class TeamDrillPerson(Base):
    """Who takes part, as it was settled when the drill was scheduled, and who came later. excused: and why not."""

    __tablename__ = "team_drill_person"
    __table_args__ = (UniqueConstraint("person_id", "team_drill_id"),)
    team_drill_id: Mapped[int] = plain(ForeignKey("team_drill.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))  # at the time
    added_at: Mapped[datetime] = plain()
    excused: Mapped[str] = free_text(default="", server_default="")


class AfterReview(Base):
    """复盘 of a team drill. version: so that two who write at once never overwrite each other."""

    __tablename__ = "after_review"
    team_drill_id: Mapped[int] = plain(ForeignKey("team_drill.id"), primary_key=True, autoincrement=False)
    went_well: Mapped[str] = free_text(default="", server_default="")
    went_badly: Mapped[str] = free_text(default="", server_default="")
    causes: Mapped[str] = free_text(default="", server_default="")
    by_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
    version: Mapped[int] = plain(default=1, server_default="1")
