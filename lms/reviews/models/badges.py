"""Badges that people have, and who does not want to stand on a leaderboard."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, plain, pseudonym


class BadgeGrant(Base):
    """A badge that a person reached. badge: a code of rules.badges.BADGES; on: the day on which it was reached.

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
