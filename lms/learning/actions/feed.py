"""Verbs of one's own calendar address."""

import secrets
from hashlib import sha256

from sqlalchemy import delete

from lms.accounts.models import CalendarFeed
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session, upsert
from lms.core.errors import NotFound


def make_feed(actor: Actor, *, with_titles: bool = True, with_shifts: bool = False) -> str:
    """Return a new secret of 256 bits, this once; the address made before is dead from now on."""
    token = secrets.token_urlsafe(32)
    values = {
        "digest": sha256(token.encode()).digest(),
        "made_at": clock.now(),
        "with_titles": with_titles,
        "with_shifts": with_shifts,
    }
    upsert(CalendarFeed, {"person_id": actor.id}, values, values)
    session().expire_all()
    audit(actor.id, "feed.made", "person", actor.id, person_id=actor.id)
    return token


def change_feed(actor: Actor, *, with_titles: bool, with_shifts: bool) -> None:
    """Choose what stands in the file; the address stays."""
    feed = session().get(CalendarFeed, actor.id)
    if feed is None:
        raise NotFound()
    feed.with_titles, feed.with_shifts = with_titles, with_shifts


def stop_feed(actor: Actor) -> None:
    """Take the address back."""
    session().execute(delete(CalendarFeed).where(CalendarFeed.person_id == actor.id))
    session().expire_all()
    audit(actor.id, "feed.stopped", "person", actor.id, person_id=actor.id)
