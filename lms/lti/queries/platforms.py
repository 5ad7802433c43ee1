"""Reading which learning systems lead here, who somebody from there is, and how marks go back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.accounts.models import Person, Team
from lms.accounts.rules.sign_in import login_name
from lms.content.models import Document, Slug
from lms.core import sendings
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.lti.models import LtiAccount, LtiLink, LtiPlatform, LtiScore
from lms.lti.rules.launch import Launch

PAGE = 50
STATES = ("waiting", "sent", "dead")
KINDS = ("course", "lesson", "quiz", "drill", "article")
"""What another learning system can lead to."""
SCORED = ("quiz", "drill")
"""Kinds whose mark is that of an attempt; of the others it is all, once they are completed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Who somebody is. why_not: nobody | several | taken (known there under another account) | closed; "" = found."""

    person_id: int | None = None
    why_not: str = ""


def every() -> list[LtiPlatform]:
    """Return every platform, by name."""
    return list(session().scalars(select(LtiPlatform).order_by(LtiPlatform.name, LtiPlatform.id)))


def named(public_id: str) -> LtiPlatform:
    """Return a platform. Raises NotFound."""
    found = session().scalars(select(LtiPlatform).where(LtiPlatform.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def registered(issuer: str, client_id: str) -> LtiPlatform | None:
    """Return the platform that is meant; client_id "" where it does not say, which does where there is only one."""
    statement = select(LtiPlatform).where(LtiPlatform.issuer == issuer, LtiPlatform.active)
    if client_id:
        statement = statement.where(LtiPlatform.client_id == client_id)
    found = session().scalars(statement.limit(2)).all()
    return found[0] if len(found) == 1 else None


def find(platform: LtiPlatform, launch: Launch) -> Found:
    """Return who of ours somebody from there is: by the account, else by what the registration says."""
    known = rows(
        select(Person.id, Person.active)
        .join(LtiAccount, LtiAccount.person_id == Person.id)
        .where(LtiAccount.platform_id == platform.id, LtiAccount.subject == launch.subject)
    ).one_or_none()
    if known is not None:
        return Found(person_id=known.id) if known.active else Found(why_not="closed")
    people: list[Any] = []
    if platform.person_by == "email" and launch.email:
        people = list(
            rows(select(Person.id, Person.active).where(func.lower(Person.email) == launch.email).limit(3)).all()
        )
        people = [each for each in people if each.active] or people[:1]
    elif platform.person_by == "number" and launch.number:
        people = list(rows(select(Person.id, Person.active).where(Person.login_name == login_name(launch.number))))
    if len(people) != 1:
        return Found(why_not="several" if people else "nobody")
    if not people[0].active:
        return Found(why_not="closed")
    if session().get(LtiAccount, (people[0].id, platform.id)) is not None:
        return Found(why_not="taken")
    return Found(person_id=people[0].id)


def linked(platform: LtiPlatform, launch: Launch) -> int | None:
    """Return the document to which a link leads: what it says itself, else what it led to before; None = to nothing."""
    kind, _, slug = launch.custom.get("document", "").partition(":")
    if kind in KINDS and slug:
        found: int | None = rows(
            select(Document.id)
            .join(Slug, Slug.document_id == Document.id)
            .where(Slug.kind == kind, Slug.slug == slug[:200], Document.state == "published")
        ).scalar()
        return found
    kept: int | None = rows(
        select(LtiLink.document_id).where(
            LtiLink.platform_id == platform.id,
            LtiLink.deployment == launch.deployment,
            LtiLink.link == launch.link,
        )
    ).scalar()
    return kept


def teams() -> list[Any]:
    """Return every open team, by name, for choosing where unknown people are entered."""
    return list(rows(select(Team.id, Team.code, Team.name).where(Team.closed_on.is_(None)).order_by(Team.name)))


def scores(*, state: str = "", limit: int = PAGE) -> list[Any]:
    """Return which marks were told or are to be, the newest first."""
    statement = (
        select(
            LtiScore.public_id,
            LtiScore.state,
            LtiScore.tries,
            LtiScore.answer,
            LtiScore.at,
            LtiScore.sent_at,
            LtiPlatform.name,
            Document.title,
        )
        .join(LtiPlatform, LtiPlatform.id == LtiScore.platform_id)
        .join(Document, Document.id == LtiScore.document_id)
        .order_by(LtiScore.id.desc())
    )
    if state in STATES:
        statement = statement.where(LtiScore.state == state)
    return list(rows(statement.limit(limit)))


def troubles(now: datetime, since: datetime) -> list[Any]:
    """Return the platforms to which marks fail to go, died since a time or are overdue (see `sendings.troubles`)."""
    found = sendings.troubles(LtiScore, LtiScore.platform_id, now, since)
    return list(
        rows(
            select(LtiPlatform.name, found.c.failing, found.c.dead, found.c.oldest)
            .join(found, found.c.owner == LtiPlatform.id)
            .where(LtiPlatform.active)
            .order_by(LtiPlatform.name, LtiPlatform.id)
        )
    )


def anything_due(now: datetime) -> bool:
    """Return whether a mark waits; asked outside of a transaction."""
    statement = (
        select(LtiScore.id)
        .join(LtiPlatform, LtiPlatform.id == LtiScore.platform_id)
        .where(LtiPlatform.active, sendings.is_due(LtiScore, now), LtiScore.body != "")
    )
    found = session().execute(statement.limit(1)).first()
    session().rollback()
    return found is not None
