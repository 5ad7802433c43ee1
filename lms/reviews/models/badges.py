"""Badges that people have, and who does not want to stand on a leaderboard."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, pk, plain, pseudonym


class BadgeKind(Base):
    """A badge of the company's own, or one that came with the academy and was changed (same code).

    rule: one of rules.badges.Rule. threshold: how many of what it counts. name_en, how_en: "" = as in Chinese.
    """

    __tablename__ = "badge_kind"
    id: Mapped[pk]
    code: Mapped[str] = plain(String(20), unique=True)
    name: Mapped[str] = plain(String(40))
    name_en: Mapped[str] = plain(String(40), default="", server_default="")
    how: Mapped[str] = plain(String(200))
    how_en: Mapped[str] = plain(String(200), default="", server_default="")
    mark: Mapped[str] = plain(String(4))
    rule: Mapped[str] = plain(String(12))
    threshold: Mapped[int] = plain()
    active: Mapped[bool] = plain(default=True, server_default=text("true"))


class BadgeGrant(Base):
    """A badge that a person reached. badge: a code of queries.badges.badges; on: the day on which it was reached.

    The row stays where what it rests on changes later: what somebody was given is not taken away.
    """

    __tablename__ = "badge_grant"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    badge: Mapped[str] = plain(String(20), primary_key=True)
    day: Mapped[date] = plain()
    at: Mapped[datetime] = plain()


class LeaderOptOut(Base):
    """A person who stands on no leaderboard and in no public list of winners, until they say otherwise."""

    __tablename__ = "leader_opt_out"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = plain()
