"""Noting what was searched for."""

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.kb.models import SearchLog


def note_search(actor: Actor, query: str, hits: int) -> None:
    """Note a search and how many articles it found: what is searched in vain is knowledge that is missing."""
    session().add(SearchLog(at=clock.now(), person_id=actor.id, query=query.strip()[:200], hits=hits))
