"""Noting what was searched for, and what was opened from it."""

from datetime import timedelta

from sqlalchemy import select, update

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.folding import folded
from lms.kb.models import SearchLog

SAME_SEARCH = timedelta(minutes=10)
"""Within this time the same words by the same person are the same search: a page that is loaded again, a way back."""
_LONGEST, _LONGEST_SHOP = 200, 20
"""Characters of the columns."""


def note_search(actor: Actor, query: str, hits: int, *, origin: str = "page", shop: str = "") -> int:
    """Note a search and how many articles it found; return its number.

    origin: page | panel | api. What is searched in vain is knowledge that is missing.
    """
    now = clock.now()
    words = folded(query)[:_LONGEST]
    kept = (
        session()
        .execute(
            select(SearchLog.id, SearchLog.hits)
            .where(
                SearchLog.folded == words,
                SearchLog.at >= now - SAME_SEARCH,
                SearchLog.person_id == actor.id,
                SearchLog.origin == origin,
                SearchLog.shop == shop[:_LONGEST_SHOP],
            )
            .order_by(SearchLog.id.desc())
            .limit(1)
        )
        .one_or_none()
    )
    if kept is not None:
        if kept.hits != hits:
            session().execute(update(SearchLog).where(SearchLog.id == kept.id).values(hits=hits))
        return int(kept.id)
    row = SearchLog(
        at=now,
        person_id=actor.id,
        query=query.strip()[:_LONGEST],
        folded=words,
        hits=hits,
        origin=origin,
        shop=shop[:_LONGEST_SHOP],
    )
    session().add(row)
    session().flush()
    return row.id


def note_click(actor: Actor, search_id: int, document_id: int) -> None:
    """Note which article was opened first from an own search; a search of somebody else is left alone."""
    session().execute(
        update(SearchLog)
        .where(SearchLog.id == search_id, SearchLog.person_id == actor.id, SearchLog.clicked_id.is_(None))
        .values(clicked_id=document_id, clicked_at=clock.now())
    )
