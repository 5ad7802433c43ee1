"""What lies within a course, as far as a plan that holds it has to know."""

from collections.abc import Iterable

from sqlalchemy import select

from lms.content.kinds import kinds
from lms.content.models import Revision
from lms.content.queries.reading import Card
from lms.content.store import spec_of
from lms.core.db import session


def days_within(cards: Iterable[Card]) -> dict[int, tuple[int, ...]]:
    """Return by document the working days on which a published course has something due; without any it is left out."""
    courses = {card.published_id: card for card in cards if card.kind == "course" and card.published_id is not None}
    if not courses:
        return {}
    rows = session().execute(select(Revision.id, Revision.compiled_sha).where(Revision.id.in_(courses)))
    expand = kinds()["course"].expand
    found = {}
    for row in rows:
        days = tuple(sorted({step.day for step in expand(spec_of(row.compiled_sha)) if step.day is not None}))
        if days:
            found[courses[row.id].document_id] = days
    return found
