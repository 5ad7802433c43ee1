"""Tables of signing on with the company's account and of provisioning."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, identity, new_public_id, pk, plain, pseudonym

__all__ = ["ScimAccount", "ScimGroup", "ScimMember", "SignonAccount", "SignonGrant", "SignonVisit", "StaffFile"]


class SignonAccount(Base):
    """Who somebody is at an OpenID provider: its `sub`, which it never gives to anybody else."""

    __tablename__ = "signon_account"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    issuer: Mapped[str] = plain(String(300), primary_key=True)
    subject: Mapped[str] = identity(String(255))
    at: Mapped[datetime] = plain()


class SignonVisit(Base):
    """One sign-in through a provider, for signing out there and for being signed out from there.

    sid: the provider's own session, "" where it named none. id_token: shown to it again at the sign-out.
    """

    __tablename__ = "signon_visit"
    __table_args__ = (Index("ix_signon_visit_sid", "issuer", "sid"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), index=True)
    issuer: Mapped[str] = plain(String(300))
    sid: Mapped[str] = identity(String(255))
    id_token: Mapped[str] = identity(Text)
    began_at: Mapped[datetime] = plain(index=True)


class SignonGrant(Base):
    """A role that somebody has by a group; it is taken back with the group. source: oidc | scim."""

    __tablename__ = "signon_grant"
    __table_args__ = (UniqueConstraint("person_id", "source", "role", "team_id"),)
    id: Mapped[pk]
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    source: Mapped[str] = plain(String(8))
    role: Mapped[str] = plain(String(20))
    team_id: Mapped[int] = plain(ForeignKey("team.id"))
    at: Mapped[datetime] = plain()


class ScimAccount(Base):
    """What a provisioning system calls somebody. user_key: the name folded. deleted_at: deleted there, closed here."""

    __tablename__ = "scim_account"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    user_name: Mapped[str] = identity(String(200))
    user_key: Mapped[str] = identity(String(200), unique=True)
    external_id: Mapped[str | None] = identity(String(200), index=True)
    changed_at: Mapped[datetime] = plain()
    deleted_at: Mapped[datetime | None] = plain()


class ScimGroup(Base):
    """A group of a provisioning system; what it means here stands in LMS_GROUP_ROLES, by its name."""

    __tablename__ = "scim_group"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = plain(String(200))
    name_key: Mapped[str] = plain(String(200), unique=True)
    external_id: Mapped[str | None] = plain(String(200), index=True)
    made_at: Mapped[datetime] = plain()
    changed_at: Mapped[datetime] = plain()


class ScimMember(Base):
    __tablename__ = "scim_member"
    group_id: Mapped[int] = plain(ForeignKey("scim_group.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True, index=True)


class StaffFile(Base):
    """A staff file that the worker has found, by its digest: done once, whatever happens to the file afterwards.

    state: done | refused.
    """

    __tablename__ = "staff_file"
    id: Mapped[pk]
    digest: Mapped[bytes] = plain(unique=True)
    name: Mapped[str] = free_text(String(200))
    state: Mapped[str] = plain(String(10))
    at: Mapped[datetime] = plain()
