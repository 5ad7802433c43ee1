"""What of the knowledge base waits for one person: to review, to answer, to look at again. For the first screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal, or_, select

from lms.content.models import Document, ReviewRequest, Revision, Slug
from lms.content.queries import reviewing
from lms.content.queries.reviewing import Request
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows
from lms.core.here import today
from lms.kb.models import Comment, Suggestion
from lms.kb.queries import reviews, suggestions
from lms.kb.rules.reviews import SOON

SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An article that the person answers for with questions below it. count: of those not settled."""

    slug: str
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """The first of each, and how many there are in all. due_count: documents to look at again."""

    requests: Sequence[Request]
    request_count: int
    suggestions: Sequence[suggestions.Row]
    suggestion_count: int
    due: Sequence[reviews.Row]
    due_count: int
    talk: Sequence[Asked]


def _counts(edits: bool) -> Select[Any]:
    """Return one statement that says whether anything waits. edits: what everybody waits for counts too."""
    me: Any = bindparam("me")
    asked = (
        select(func.count(ReviewRequest.id))
        .join(Revision, Revision.id == ReviewRequest.revision_id)
        .where(
            ReviewRequest.state == "open",
            or_(
                ReviewRequest.reviewer_id == me,
                and_(
                    literal(edits),
                    ReviewRequest.reviewer_id.is_(None),
                    ReviewRequest.asked_by != me,
                    or_(Revision.author_id.is_(None), Revision.author_id != me),
                ),
            ),
        )
        .scalar_subquery()
    )
    proposed = select(func.count(Suggestion.id)).where(Suggestion.state == "open", literal(edits)).scalar_subquery()
    alone = or_(Document.owner_id.is_(None), Document.verified_until < bindparam("today"))
    mine = or_(Document.owner_id == me, and_(literal(edits), alone))
    due = (
        select(func.count(Document.id))
        .where(Document.state == "published", Document.verified_until <= bindparam("soon"), mine)
        .scalar_subquery()
    )
    talked = (
        select(func.count(Comment.id))
        .join(Document, Document.id == Comment.document_id)
        .where(
            Document.owner_id == me,
            Document.state == "published",
            Comment.answers_id.is_(None),
            Comment.settled_at.is_(None),
            Comment.text != "",
        )
        .scalar_subquery()
    )
    return select(asked, proposed, due, talked)


_COUNTS = {edits: _counts(edits) for edits in (False, True)}
_TALK = (
    select(Slug.slug, Document.title, func.count(Comment.id).label("n"))
    .join(Document, Document.id == Comment.document_id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .where(
        Document.owner_id == bindparam("me"),
        Document.state == "published",
        Comment.answers_id.is_(None),
        Comment.settled_at.is_(None),
        Comment.text != "",
    )
    .group_by(Slug.slug, Document.title)
    .order_by(func.max(Comment.id).desc())
    .limit(SHOWN)
)


def care(actor: Actor) -> Care | None:
    """Return what waits for the actor, None where nothing does: that costs one statement."""
    edits = allows(actor, Permission.CONTENT_EDIT)
    keys = {"me": actor.id, "today": today(), "soon": today() + timedelta(days=SOON)}
    asked, proposed, due, talked = rows(_COUNTS[edits], keys).one()
    if not (asked or proposed or due or talked):
        return None
    waiting = [each for each in reviewing.open_requests(actor) if reviewing.is_asked(actor, each)] if asked else []
    return Care(
        requests=waiting[:SHOWN],
        request_count=asked,
        suggestions=suggestions.waiting(actor, limit=SHOWN) if proposed else [],
        suggestion_count=proposed,
        due=reviews.of_mine(actor, limit=SHOWN) if due else [],
        due_count=due,
        talk=[Asked(slug=row.slug, title=row.title, count=row.n) for row in rows(_TALK, {"me": actor.id})]
        if talked
        else [],
    )
