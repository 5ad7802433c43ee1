"""Tables of people: who they are, where they belong and when, what they may do, how they sign in, when they work."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, identity, new_public_id, personal, pk, plain, pseudonym, type_json


class Team(Base):
    """A team. The one without a parent is the root; it stands for the whole company."""

    __tablename__ = "team"
    id: Mapped[pk]
    code: Mapped[str] = plain(String(40), unique=True)
    name: Mapped[str] = plain(String(80))
    closed_on: Mapped[date | None] = plain()


class TeamPlace(Base):
    """Where a team stood in the tree, from when until when (exclusive; None = still)."""

    __tablename__ = "team_place"
    __table_args__ = (UniqueConstraint("team_id", "from_on"),)
    id: Mapped[pk]
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    parent_id: Mapped[int | None] = plain(ForeignKey("team.id"), index=True)
    from_on: Mapped[date] = plain()
    until_on: Mapped[date | None] = plain()


class Shop(Base):
    __tablename__ = "shop"
    id: Mapped[pk]
    code: Mapped[str] = plain(String(40), unique=True)
    name: Mapped[str] = plain(String(80))
    platform: Mapped[str] = plain(String(40))


class Person(Base):
    """One employee, past or present. Never deleted: erase empties what identifies, the number stays."""

    __tablename__ = "person"
    id: Mapped[pk]
    public_id: Mapped[str] = pseudonym(String(32), unique=True, default=new_public_id)
    employee_no: Mapped[str | None] = identity(String(40), unique=True)
    login_name: Mapped[str | None] = identity(String(80), unique=True)  # NFKC, case folded
    name: Mapped[str | None] = identity(String(80))
    email: Mapped[str | None] = identity(String(200))
    phone: Mapped[str | None] = identity(String(40))
    chat_ids: Mapped[str | None] = identity(String(400))
    position: Mapped[str] = personal(String(40), default="", server_default="")
    employment: Mapped[str] = personal(String(20), default="regular", server_default="regular")
    hired_on: Mapped[date | None] = personal()
    left_on: Mapped[date | None] = personal()
    leaving_on: Mapped[date | None] = personal()  # planned last day; the worker closes the account after it
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"), index=True)  # projection of the current membership
    channel: Mapped[str] = plain(String(20), default="", server_default="")
    time_factor_percent: Mapped[int] = personal(default=100, server_default="100")
    locale: Mapped[str] = plain(String(10), default="", server_default="")
    theme: Mapped[str] = plain(String(10), default="auto", server_default="auto")
    password_hash: Mapped[str | None] = identity(String(200))
    session_version: Mapped[int] = plain(default=0, server_default="0")
    created_at: Mapped[datetime] = plain()
    erased_at: Mapped[datetime | None] = plain()


class Membership(Base):
    """In which team a person was, from when until when (exclusive; None = still); the worker applies a future one."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "from_on"),
        Index("ix_membership_team", "team_id", "from_on"),
    )
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    from_on: Mapped[date] = plain()
    until_on: Mapped[date | None] = plain()


class RoleGrant(Base):
    """A role, on a team and all below it. Everywhere = the root, never NULL: NULLs escape a unique."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "team_id", "from_on"),)
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    role: Mapped[str] = plain(String(20))
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    from_on: Mapped[date] = plain()
    until_on: Mapped[date | None] = plain()
    granted_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))


class Mentor(Base):
    """带教: who looks after whom, from when until when (exclusive; None = still)."""

    __tablename__ = "mentor"
    __table_args__ = (UniqueConstraint("person_id", "mentor_id", "from_on"),)
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    mentor_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    from_on: Mapped[date] = plain()
    until_on: Mapped[date | None] = plain()


class Cohort(Base):
    """批次: an intake with its start day, trainer and room.

    series: of an intake that 分批 made, the hire day, employment and team of its people; those of one series are
    one batch, and whoever comes later joins the smallest of them, whatever it is called by then. "" = made by hand.
    """

    __tablename__ = "cohort"
    id: Mapped[pk]
    name: Mapped[str] = plain(String(80), unique=True)
    series: Mapped[str] = plain(String(80), default="", server_default="")
    trainer_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"), index=True)
    room: Mapped[str] = plain(String(80), default="", server_default="")
    starts_on: Mapped[date] = plain()


class CohortMember(Base):
    __tablename__ = "cohort_member"
    cohort_id: Mapped[int] = plain(ForeignKey("cohort.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True, index=True)
    left_on: Mapped[date | None] = plain()


class PersonShop(Base):
    __tablename__ = "person_shop"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    shop_id: Mapped[int] = plain(ForeignKey("shop.id"), primary_key=True)


class RosterPattern(Base):
    """A pattern of working days of one cohort, team or person, from when until when (exclusive; None = still).

    `weekdays`: bit 0 = Monday … bit 6 = Sunday. cycle: None = a week; else the shifts of a cycle that begins
    anew every len(cycle) days, counted from from_on, each a code of Shift or "" for a day off. follows_holidays:
    nobody works on public holidays, everybody on 调休 days; for offices, never for the floor.
    """

    __tablename__ = "roster_pattern"
    __table_args__ = (
        CheckConstraint(
            "(cohort_id IS NOT NULL AND team_id IS NULL AND person_id IS NULL)"
            " OR (cohort_id IS NULL AND team_id IS NOT NULL AND person_id IS NULL)"
            " OR (cohort_id IS NULL AND team_id IS NULL AND person_id IS NOT NULL)",
            name="one_owner",
        ),
        CheckConstraint("weekdays BETWEEN 0 AND 127", name="weekdays_in_range"),
    )
    id: Mapped[pk]
    cohort_id: Mapped[int | None] = plain(ForeignKey("cohort.id"), index=True)
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"), index=True)
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"), index=True)
    weekdays: Mapped[int] = plain()
    cycle: Mapped[list[Any] | None] = plain(type_json)
    shift: Mapped[str] = plain(String(20), default="", server_default="")
    follows_holidays: Mapped[bool] = plain(default=False, server_default=text("false"))
    from_on: Mapped[date] = plain()
    until_on: Mapped[date | None] = plain()


class RosterDay(Base):
    """One day of one person that differs from the pattern."""

    __tablename__ = "roster_day"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    day: Mapped[date] = personal(primary_key=True)
    working: Mapped[bool] = personal()
    shift: Mapped[str] = personal(String(20), default="", server_default="")


class SignInSlip(Base):
    """登录条: lets one person in once within 48 hours, by QR token or by typed code with the employee number.

    Only digests are stored. The typed code is void after 5 wrong tries.
    """

    __tablename__ = "sign_in_slip"
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    token_digest: Mapped[bytes] = plain(unique=True)
    code_digest: Mapped[bytes] = plain()
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()
    expires_at: Mapped[datetime] = plain()
    wrong_tries: Mapped[int] = plain(default=0, server_default="0")
    used_at: Mapped[datetime | None] = plain()
    voided_at: Mapped[datetime | None] = plain()


class SignInTry(Base):
    """Failed sign-ins by login name and by address, for limit and lock-out; in SQL because processes share it."""

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("ix_sign_in_try_key", "key", "at"),)
    id: Mapped[pk]
    key: Mapped[str] = personal(String(120))  # sha256 of "name:…" or "address:…"
    at: Mapped[datetime] = plain()


class ApiToken(Base):
    """A bearer token of one person. Only its digest is stored; it acts as that person within `scope` until it ends."""

    __tablename__ = "api_token"
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    digest: Mapped[bytes] = plain(unique=True)
    label: Mapped[str] = free_text(String(80), default="", server_default="")
    scope: Mapped[str] = plain(String(200), default="", server_default="")
    made_at: Mapped[datetime] = plain()
    expires_at: Mapped[datetime] = plain(index=True)
    last_used_on: Mapped[date | None] = plain()
    revoked_at: Mapped[datetime | None] = plain()
