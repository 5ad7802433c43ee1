"""The bell in the bar of every page, and the urgent notices under it."""

from urllib.parse import urlsplit

from flask import g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from lms.accounts import queries as accounts
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import in_transaction, session
from lms.kb.queries import urgent
from lms.kb.queries.urgent import Urgent
from lms.notifications.queries import UNREAD, Alerts
from lms.web.addresses import this_page
from lms.web.auth import maybe_actor, safe_next

NOTHING = Alerts()


def init() -> None:
    """Let what the bar shows be read with whoever asks; only a person for whom something urgent waits costs more."""
    accounts.also_read(unread=UNREAD, urgent=urgent.COUNT)


def bar() -> Alerts:
    """Return what waits for the person who asks, as of the beginning of the request; nothing before sign-in.

    A page asks twice, the database once. A page that says what is wrong with the database says that much without it.
    """
    actor = maybe_actor()
    if actor is None:
        return NOTHING
    kept: tuple[int, Alerts] | None = g.get("alerts")
    if kept is None or kept[0] != actor.id:
        more = accounts.more_of(actor)
        kept = g.alerts = (
            actor.id,
            Alerts(unread=more.get("unread", 0), urgent=_waiting(actor) if more.get("urgent") else ()),
        )
    return kept[1]


def _waiting(actor: Actor) -> tuple[Urgent, ...]:
    try:
        return tuple(urgent.waiting(actor.id, clock.now()))
    except SQLAlchemyError:
        if not in_transaction():
            session().rollback()
        return ()


def here() -> str:
    """Return the address to come back to after a form of the bar: this page, or the one that asked for a piece of it.

    A page that answered a form is not asked for again; the one before it is.
    """
    if request.method == "GET" and request.endpoint != "notifications.alerts":
        return this_page()
    parts = urlsplit(request.referrer or "")
    back = parts.path + (f"?{parts.query}" if parts.query else "") if parts.netloc == request.host else ""
    return safe_next(back) or url_for("home.index")
