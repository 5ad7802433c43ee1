"""What a course or a curriculum may lead to, for a plain list to choose from."""

from collections.abc import Sequence

from lms.content.models import Document
from lms.content.queries.reading import ARCHIVED, BANK, CARDS, Card, card_of
from lms.core.db import session

MOST = 400
"""Documents in the list; with more of them the search of the page finds what the list leaves out."""


def linkable(kinds: Sequence[str]) -> list[Card]:
    """Return documents of these kinds that are not archived, by kind and title."""
    wanted = CARDS.where(Document.kind.in_(kinds), Document.state != ARCHIVED, Document.use != BANK)
    found = session().execute(wanted.order_by(Document.kind, Document.title, Document.id).limit(MOST))
    return [card_of(row) for row in found]
