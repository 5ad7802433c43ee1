"""Verbs of the catalogue: put something in, take it out, enrol oneself. Leaving is assignments.actions.choice."""

from datetime import timedelta

from sqlalchemy import select

from lms.assignments import actions as duties
from lms.assignments.actions.choice import CHOSEN
from lms.content import queries as content
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.learning.models import Offer
from lms.learning.queries.offers import CATEGORIES, KINDS
from lms.records.models import Standing

LONGEST_WORDS = 200
MOST_DAYS = 365


def offer(actor: Actor, document_id: int, *, category: str, words: str = "", days: int | None = None) -> Offer:
    """Put a published document into the catalogue, or say otherwise of one that is there. Raises NotFound, Invalid."""
    card = content.cards([document_id]).get(document_id)
    if card is None or card.kind not in KINDS or card.published_id is None or card.state != "published":
        raise NotFound()
    words = " ".join(words.split())
    problems: dict[str, Text] = {}
    if category not in CATEGORIES:
        problems["category"] = text("请选一类。")
    if len(words) > LONGEST_WORDS:
        problems["words"] = text("最多 %(n)s 个字，请缩短。", n=LONGEST_WORDS)
    if days is not None and not 0 < days <= MOST_DAYS:
        problems["days"] = text("天数是 1 到 %(n)s，不限就留空。", n=MOST_DAYS)
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    row = session().get(Offer, document_id)
    if row is None:
        row = Offer(document_id=document_id, category=category, made_by=actor.id, made_at=clock.now())
        session().add(row)
    row.category, row.words, row.days, row.closed_at = category, words, days, None
    session().flush()
    audit(actor.id, "offer.keep", "document", document_id, after={"category": category, "days": days})
    return row


def withdraw(actor: Actor, document_id: int) -> None:
    """Take a document out of the catalogue; who enrolled goes on. The same again changes nothing. Raises NotFound."""
    row = session().get(Offer, document_id)
    if row is None:
        raise NotFound()
    if row.closed_at is None:
        row.closed_at = clock.now()
        session().flush()
        audit(actor.id, "offer.close", "document", document_id)


def choose(actor: Actor, document_id: int) -> int:
    """Enrol the actor in what the catalogue offers; return the assignment. The same again changes nothing.

    Raises NotFound for what is not offered to them, Conflict for what they have done already.
    """
    row = session().get(Offer, document_id)
    seen = session().scalar(
        select(Document.id).where(
            Document.id == document_id,
            Document.state == "published",
            Document.published_id.is_not(None),
            content.readable(actor),
        )
    )
    if row is None or row.closed_at is not None or seen is None:
        raise NotFound()
    standing = session().get(Standing, (actor.id, document_id))
    if standing is not None and standing.state == "done":
        raise Conflict(text("您已经学完它了，内容随时可以重看。"), code="done")
    due_on = today() + timedelta(days=row.days) if row.days else None
    return duties.assign(actor, [actor.id], document_id, kind=CHOSEN, due_on=due_on)[0]
