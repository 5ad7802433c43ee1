"""Reading the catalogue: what stands in it, for whom, how it was rated, and how the reader stands with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select

from lms.assignments.models import Assignment, AssignmentReason
from lms.content import queries as content
from lms.content.models import Document, Slug
from lms.core.access import Actor
from lms.core.db import session
from lms.core.texts import Text, text
from lms.learning.models import Offer
from lms.records.models import Standing

CATEGORIES: Mapping[str, Text] = {
    "pre-job": text("岗前"),
    "in-service": text("在职"),
    "special": text("专项"),
}
KINDS = ("course", "curriculum", "quiz", "drill", "scorm")
"""What may stand in the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A line of the catalogue. state: done | owed | "" of the reader. chosen: they enrolled themselves."""

    document_id: int
    kind: str
    slug: str
    title: str
    summary: str
    minutes: int
    category: str
    words: str
    days: int | None
    state: str
    due_on: date | None
    done: int
    total: int
    chosen: bool


def offered(actor: Actor) -> list[Offered]:
    """Return what the actor may choose, by category and title, in one statement."""
    chosen = (
        select(func.count())
        .select_from(AssignmentReason)
        .where(
            AssignmentReason.assignment_id == Assignment.id,
            AssignmentReason.kind == "self",
            AssignmentReason.until.is_(None),
        )
        .correlate(Assignment)
        .scalar_subquery()
    )
    found = session().execute(
        select(
            Document.id,
            Document.kind,
            Slug.slug,
            Document.title,
            Document.summary,
            Document.minutes,
            Offer.category,
            Offer.words,
            Offer.days,
            Assignment.state,
            Assignment.due_on,
            Assignment.done_items,
            Assignment.total_items,
            chosen.label("chosen"),
            Standing.state.label("standing"),
        )
        .join(Offer, Offer.document_id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .outerjoin(
            Assignment,
            and_(
                Assignment.document_id == Document.id,
                Assignment.person_id == actor.id,
                Assignment.occasion == "once",
                Assignment.state != "withdrawn",
            ),
        )
        .outerjoin(Standing, and_(Standing.document_id == Document.id, Standing.person_id == actor.id))
        .where(
            Offer.closed_at.is_(None),
            Document.state == "published",
            Document.published_id.is_not(None),
            content.readable(actor),
        )
        .order_by(Document.title)
    )
    order = list(CATEGORIES)
    lines = [
        Offered(
            document_id=row.id,
            kind=row.kind,
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            minutes=row.minutes,
            category=row.category,
            words=row.words,
            days=row.days,
            state=_state(row),
            due_on=row.due_on,
            done=row.done_items or 0,
            total=row.total_items or 0,
            chosen=bool(row.chosen),
        )
        for row in found
    ]
    return sorted(lines, key=lambda line: order.index(line.category))


def _state(row: Any) -> str:
    if row.standing == "done" or row.state == "done":
        return "done"
    return "owed" if row.state == "open" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A line of the page on which the catalogue is kept. chosen, done: people who enrolled themselves, and finished."""

    document_id: int
    kind: str
    slug: str
    title: str
    minutes: int
    state: str
    category: str
    words: str
    days: int | None
    chosen: int
    done: int


def kept() -> list[Kept]:
    """Return what stands in the catalogue, with how many people chose it."""
    counts = (
        select(
            Assignment.document_id,
            func.count().label("chosen"),
            func.count(Assignment.done_at).label("done"),
        )
        .join(AssignmentReason, AssignmentReason.assignment_id == Assignment.id)
        .where(AssignmentReason.kind == "self", AssignmentReason.until.is_(None), Assignment.state != "withdrawn")
        .group_by(Assignment.document_id)
        .subquery()
    )
    found = session().execute(
        select(
            Document.id.label("document_id"),
            Document.kind,
            Slug.slug,
            Document.title,
            Document.minutes,
            Document.state,
            Offer.category,
            Offer.words,
            Offer.days,
            func.coalesce(counts.c.chosen, 0).label("chosen"),
            func.coalesce(counts.c.done, 0).label("done"),
        )
        .join(Offer, Offer.document_id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .outerjoin(counts, counts.c.document_id == Document.id)
        .where(Offer.closed_at.is_(None))
        .order_by(Document.title)
    )
    order = list(CATEGORIES)
    return sorted((Kept(**row) for row in found.mappings()), key=lambda line: order.index(line.category))


def to_offer(actor: Actor) -> list[content.Choice]:
    """Return what the actor may read that could stand in the catalogue and doesn't, by kind and title."""
    offered_now = set(session().scalars(select(Offer.document_id).where(Offer.closed_at.is_(None))))
    return [each for each in content.choices(actor, KINDS) if each.document_id not in offered_now]
