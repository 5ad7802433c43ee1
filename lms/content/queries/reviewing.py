"""Reading what was handed in for review: who is asked, what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.content.models import Category, Document, ReviewRequest, Revision, Slug
from lms.content.queries.reading import ARCHIVED, CARD, CARD_MORE, Card, card_of
from lms.content.rules import reviewing as rules
from lms.core.access import Actor, Permission, allows
from lms.core.db import session
from lms.core.errors import NotFound

OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A draft that was handed in. state: open | approved | returned | withdrawn.

    revision_id, number: the version handed in; head_id: what would be published now. writer: who wrote that version.
    reviewer: None = any trainer. decided_by: "" while it is open.
    """

    id: int
    card: Card
    state: str
    note: str
    answer: str
    asked_by: int
    asker: str
    asked_at: datetime
    reviewer: Reviewer | None
    revision_id: int
    number: int
    writer_id: int | None
    head_id: int | None
    draft_id: int | None
    decided_by: str
    decided_at: datetime | None

    @property
    def is_stale(self) -> bool:
        """The draft was changed after it had been handed in."""
        return self.state == OPEN and self.draft_id != self.revision_id

    @property
    def writers(self) -> frozenset[int]:
        return frozenset({self.asked_by, *([self.writer_id] if self.writer_id is not None else [])})


_asker, _decider, _reviewer, _handed = aliased(Person), aliased(Person), aliased(Person), aliased(Revision)
_REQUESTS: Any = (
    select(
        *CARD,
        *CARD_MORE,
        Document.draft_id,
        ReviewRequest.id.label("request_id"),
        ReviewRequest.state.label("request_state"),
        ReviewRequest.note,
        ReviewRequest.answer,
        ReviewRequest.asked_by,
        ReviewRequest.asked_at,
        ReviewRequest.reviewer_id,
        ReviewRequest.decided_at,
        ReviewRequest.revision_id,
        _handed.number,
        _handed.author_id,
        _asker.name.label("asker"),
        _decider.name.label("decider"),
        _reviewer.name.label("reviewer"),
    )
    .join(ReviewRequest, ReviewRequest.document_id == Document.id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .join(_handed, _handed.id == ReviewRequest.revision_id)
    .join(_asker, _asker.id == ReviewRequest.asked_by)
    .outerjoin(_decider, _decider.id == ReviewRequest.decided_by)
    .outerjoin(_reviewer, _reviewer.id == ReviewRequest.reviewer_id)
)


def _requests(*conditions: ColumnElement[bool], limit: int, oldest: bool = False) -> list[Request]:
    order = ReviewRequest.asked_at.asc() if oldest else ReviewRequest.id.desc()
    found = session().execute(_REQUESTS.where(*conditions).order_by(order, ReviewRequest.id).limit(limit))
    return [
        Request(
            id=row.request_id,
            card=card_of(row),
            state=row.request_state,
            note=row.note,
            answer=row.answer,
            asked_by=row.asked_by,
            asker=row.asker or "",
            asked_at=row.asked_at,
            reviewer=Reviewer(id=row.reviewer_id, name=row.reviewer or "") if row.reviewer_id is not None else None,
            revision_id=row.revision_id,
            number=row.number,
            writer_id=row.author_id,
            head_id=row.draft_id or row.published_id,
            draft_id=row.draft_id,
            decided_by=row.decider or "",
            decided_at=row.decided_at,
        )
        for row in found
    ]


def _seen(actor: Actor) -> ColumnElement[bool] | None:
    """Return whose requests somebody sees: a trainer all, everybody else what they were asked to review."""
    return None if allows(actor, Permission.CONTENT_PUBLISH) else ReviewRequest.reviewer_id == actor.id


def request(actor: Actor, request_id: int) -> Request:
    """Return one request that the actor may look at. Raises NotFound."""
    seen = _seen(actor)
    found = _requests(ReviewRequest.id == request_id, *([seen] if seen is not None else []), limit=1)
    if not found:
        raise NotFound()
    return found[0]


def may_decide(actor: Actor, found: Request) -> bool:
    return rules.may_decide(
        actor.id,
        publishes=allows(actor, Permission.CONTENT_PUBLISH),
        reviewer_id=found.reviewer.id if found.reviewer else None,
        writers=found.writers,
    )


def is_asked(actor: Actor, found: Request) -> bool:
    """Return whether a request waits for this very person: who was named, else any trainer who did not write it."""
    if found.reviewer is not None:
        return found.reviewer.id == actor.id
    return may_decide(actor, found)


def open_requests(actor: Actor, *, limit: int = 200) -> list[Request]:
    """Return what waits for a decision, the oldest first, as far as the actor sees it."""
    seen = _seen(actor)
    conditions = [ReviewRequest.state == OPEN, Document.state != ARCHIVED, *([seen] if seen is not None else [])]
    return _requests(*conditions, limit=limit, oldest=True)


def last_request(document_id: int) -> Request | None:
    """Return the request of a document that still says something: the open one, or a return as long as the draft is
    neither published nor handed in again.
    """
    found = _requests(ReviewRequest.document_id == document_id, limit=1)
    if not found or found[0].state not in (OPEN, "returned"):
        return None
    return found[0] if found[0].state == OPEN or found[0].draft_id is not None else None


def reviewer_of(document: Any, slug: str) -> Reviewer | None:
    """Return who approves what is written in this place; None = any trainer. Who has left reviews nothing.

    document: a Document or a Card.
    """
    if document.kind != "article":
        return None
    found = session().execute(
        select(Category.folder, Person.id, Person.name)
        .join(Person, Person.id == Category.reviewer_id)
        .where(Category.folder.in_(rules.folders_of(slug)), Person.active)
    )
    rows = {row.folder: row for row in found}
    chosen = rules.nearest(slug, {folder: row.id for folder, row in rows.items()})
    return next((Reviewer(id=row.id, name=row.name or "") for row in rows.values() if row.id == chosen), None)


def asked_for(actor: Actor, card: Card) -> Reviewer | None:
    """Return who has to approve before this actor's publishing counts; None where they may publish."""
    reviewer = reviewer_of(card, card.slug)
    return None if reviewer is None or rules.may_publish(actor.id, reviewer.id) else reviewer


def others_who_may(actor: Actor, reviewer: Reviewer | None) -> list[int]:
    """Return whom to tell that something was handed in: the reviewer, else every other trainer."""
    if reviewer is not None and reviewer.id != actor.id:
        return [reviewer.id]
    return [person_id for person_id in people.trainers() if person_id != actor.id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A category with its settings. articles: how many lie directly in it."""

    folder: str
    articles: int
    reviewer: Reviewer | None
    left: bool
    watermark: bool


def categories() -> list[Folder]:
    """Return every folder of articles and every one that has settings, by name. left: its reviewer is gone."""
    counts: dict[str, int] = {}
    slugs = session().scalars(
        select(Slug.slug)
        .join(Document, Document.id == Slug.document_id)
        .where(Slug.is_current, Document.kind == "article", Document.state != ARCHIVED)
    )
    for slug in slugs:
        folder = slug.rpartition("/")[0]
        counts[folder] = counts.get(folder, 0) + 1
    found = session().execute(
        select(Category.folder, Category.watermark, Person.id, Person.name, Person.active).outerjoin(
            Person, Person.id == Category.reviewer_id
        )
    )
    kept = {row.folder: row for row in found}
    return [_folder(folder, counts.get(folder, 0), kept.get(folder)) for folder in sorted({*counts, *kept})]


def _folder(folder: str, articles: int, row: Any) -> Folder:
    has = row is not None and row.id is not None
    return Folder(
        folder=folder,
        articles=articles,
        reviewer=Reviewer(id=row.id, name=row.name or "") if has else None,
        left=has and not row.active,
        watermark=bool(row is not None and row.watermark),
    )


def possible_reviewers() -> Sequence[Reviewer]:
    """Return who can be made a reviewer: everybody in office who is more than an agent, by name."""
    return [Reviewer(id=row.id, name=f"{row.name} {row.employee_no}") for row in people.in_office()]
