"""Reading what is to be looked at again (复审), and when it last was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.content.meant import people, readers
from lms.content.models import Document, Revision, Slug
from lms.content.queries import Opened, readable
from lms.core.access import Actor, Permission, allows
from lms.core.db import session
from lms.core.here import today
from lms.kb.models import Verification
from lms.kb.rules.reviews import SOON, Stand, stand_of

SORTS = ("until", "title", "owner", "confirmed")
STANDS = ("due", Stand.LATE.value, Stand.SOON.value, Stand.GOOD.value)
WHOSE = ("mine", "all", "nobody")
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One published document with a review day. confirmed_at, confirmed_by: None and "" where publishing was the last.

    revision_id: what is published, and so what is confirmed.
    """

    document_id: int
    revision_id: int
    kind: str
    slug: str
    title: str
    owner_id: int | None
    owner: str
    until: date
    stand: Stand
    published_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """whose: one of WHOSE; without the right to edit always mine. stand: one of STANDS, "" = all of them."""

    whose: str = "mine"
    stand: str = ""
    words: str = ""
    sort: str = "until"
    descending: bool = False


def reviewable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Document that the actor may say that it still holds: an owner, or who writes content.

    An owner for whom a document is not meant (any more) hears nothing of it.
    """
    if allows(actor, Permission.CONTENT_EDIT):
        return Document.state == "published"
    return and_(readable(actor), Document.owner_id == actor.id)


def find(actor: Actor, wanted: Wanted, *, offset: int = 0, limit: int | None = PAGE) -> tuple[list[Row], int]:
    """Return one page of documents with a review day, and how many there are in all. limit: None = all (export)."""
    conditions = [Document.verified_until.is_not(None), reviewable(actor), *_conditions(actor, wanted)]
    total = session().scalar(select(func.count(Document.id)).where(*conditions)) or 0
    return _rows(conditions, wanted, offset=offset, limit=limit), total


def of_mine(actor: Actor, *, limit: int) -> list[Row]:
    """Return what the actor has to look at again now: their own, for who writes content also what is past its day or
    what nobody owns.
    """
    mine: ColumnElement[bool] = Document.owner_id == actor.id
    if allows(actor, Permission.CONTENT_EDIT):
        mine = or_(mine, Document.owner_id.is_(None), Document.verified_until < today())
    due = Document.verified_until <= today() + timedelta(days=SOON)
    return _rows([reviewable(actor), mine, due], Wanted(), offset=0, limit=limit)


def some(actor: Actor, document_ids: Iterable[int]) -> list[Row]:
    """Return those of these documents that the actor may confirm, the earliest review day first."""
    ids = list(document_ids)
    conditions = [Document.id.in_(ids), Document.verified_until.is_not(None), reviewable(actor)]
    return _rows(conditions, Wanted(), offset=0, limit=None) if ids else []


def _rows(conditions: Sequence[Any], wanted: Wanted, *, offset: int, limit: int | None) -> list[Row]:
    owner, confirmer = aliased(Person), aliased(Person)
    newest = (
        select(Verification.document_id, func.max(Verification.id).label("id"))
        .group_by(Verification.document_id)
        .subquery()
    )
    order: dict[str, Any] = {
        "until": Document.verified_until,
        "title": Document.title,
        "owner": owner.name,
        "confirmed": func.coalesce(Verification.at, Document.published_at),
    }
    column = order[wanted.sort]
    statement = (
        select(
            Document.id,
            Document.published_id,
            Document.kind,
            Slug.slug,
            Document.title,
            Document.owner_id,
            owner.name.label("owner"),
            Document.verified_until,
            Document.published_at,
            Verification.at,
            confirmer.name.label("confirmer"),
        )
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .outerjoin(owner, owner.id == Document.owner_id)
        .outerjoin(newest, newest.c.document_id == Document.id)
        .outerjoin(Verification, Verification.id == newest.c.id)
        .outerjoin(confirmer, confirmer.id == Verification.person_id)
        .where(*conditions)
        .order_by(column.desc().nulls_last() if wanted.descending else column.asc().nulls_last(), Document.id)
        .offset(offset)
        .limit(limit)
    )
    here = today()
    return [
        Row(
            document_id=row.id,
            revision_id=row.published_id,
            kind=row.kind,
            slug=row.slug,
            title=row.title,
            owner_id=row.owner_id,
            owner=row.owner or "",
            until=row.verified_until,
            stand=stand_of(row.verified_until, here),
            published_at=row.published_at,
            # What was published after the last confirmation was looked at when it was published.
            confirmed_at=row.at if row.at and row.at >= row.published_at else None,
            confirmed_by=(row.confirmer or "") if row.at and row.at >= row.published_at else "",
        )
        for row in session().execute(statement)
    ]


def _conditions(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    here = today()
    soon = here + timedelta(days=SOON)
    until = Document.verified_until
    whose = wanted.whose if allows(actor, Permission.CONTENT_EDIT) else "mine"
    match whose:
        case "mine":
            found.append(Document.owner_id == actor.id)
        case "nobody":
            found.append(Document.owner_id.is_(None))
    match wanted.stand:
        case "due":
            found.append(until <= soon)
        case Stand.LATE:
            found.append(until < here)
        case Stand.SOON:
            found.append(until.between(here, soon))
        case Stand.GOOD:
            found.append(until > soon)
    if wanted.words.strip():
        found.append(Document.title.icontains(wanted.words.strip(), autoescape=True))
    return found


def waits_for(actor: Actor, opened: Opened) -> bool:
    """Return whether the actor has to look at an article again now: it is due soon or past, and theirs to confirm."""
    if opened.verified_until is None or stand_of(opened.verified_until, today()) is Stand.GOOD:
        return False
    return opened.owner_id == actor.id or allows(actor, Permission.CONTENT_EDIT)


def verifier() -> Any:
    """Return who last confirmed that a version still holds, as a column beside `Revision`; NULL where nobody has."""
    who = aliased(Person)
    return (
        select(who.name)
        .join(Verification, Verification.person_id == who.id)
        .where(Verification.document_id == Revision.document_id, Verification.at >= Revision.at)
        .order_by(Verification.at.desc(), Verification.id.desc())
        .limit(1)
        .correlate(Revision)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A document whose owner is to be reminded. owner_id: None where nobody here answers for it and may read it."""

    document_id: int
    kind: str
    slug: str
    title: str
    until: date
    owner_id: int | None


def due(on: date) -> list[Due]:
    """Return every published document whose review day is near or past, by review day."""
    owner = aliased(Person)
    statement = (
        select(
            Document.id,
            Document.kind,
            Slug.slug,
            Document.title,
            Document.verified_until,
            Document.audience,
            owner.id.label("owner"),
        )
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .outerjoin(owner, and_(owner.id == Document.owner_id, owner.active))
        .where(Document.state == "published", Document.verified_until <= on + timedelta(days=SOON))
        .order_by(Document.verified_until, Document.id)
    )
    found = session().execute(statement).all()
    known = people({row.owner for row in found if row.owner is not None and row.audience})
    return [
        Due(
            document_id=row.id,
            kind=row.kind,
            slug=row.slug,
            title=row.title,
            until=row.verified_until,
            owner_id=row.owner if not row.audience or row.owner in readers(known, row.audience) else None,
        )
        for row in found
    ]
