"""Keeping an article or one 话术 at hand, and letting go of it."""

from sqlalchemy import delete

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session, upsert
from lms.kb.models import Favourite


def keep(actor: Actor, document_id: int, script: str = "") -> None:
    """Keep an article, or one 话术 by its key, at the top of the list. Keeping twice is keeping once."""
    keys = {"person_id": actor.id, "document_id": document_id, "script": script}
    upsert(Favourite, keys, {"at": clock.now()}, {"at": clock.now()})


def let_go(actor: Actor, document_id: int, script: str = "") -> None:
    session().execute(
        delete(Favourite).where(
            Favourite.person_id == actor.id, Favourite.document_id == document_id, Favourite.script == script
        )
    )
