"""JSON of live sessions: what I may go to, and where I have a seat."""

from datetime import timedelta
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Range

from lms.core import clock
from lms.core.access import Permission
from lms.learning.api.room import bp
from lms.learning.queries import sessions
from lms.web.api import MOST, instant, page
from lms.web.auth import current_actor, requires

BACK = timedelta(days=90)
PAGE = 100


class SessionItem(Schema):
    id = String(required=True)
    title = String(required=True)
    kind = String(required=True, metadata={"description": "class, online or activity"})
    state = String(required=True, metadata={"description": "planned, held or cancelled"})
    starts_at = String(required=True)
    ends_at = String(required=True)
    place = String(required=True)
    trainer = String(required=True)
    document = String(allow_none=True, metadata={"description": "what attendance completes"})
    places = Integer(allow_none=True)
    taken = Integer(required=True)
    waiting = Integer(required=True)
    seat = String(
        required=True,
        metadata={"description": "mine: enrolled, waiting, attended, absent, excused, cancelled or empty"},
    )


class Sessions(Schema):
    items = List(Nested(SessionItem), required=True)
    next = Integer(allow_none=True)


class Asked(Schema):
    past = Boolean(load_default=False, metadata={"description": "what is over, the latest first"})
    after = Integer(
        load_default=None, validate=Range(min=1, max=MOST), metadata={"description": "`next` of the page before"}
    )


class Meeting(Schema):
    id = String(required=True)
    title = String(required=True)
    kind = String(required=True)
    starts_at = String(required=True)
    ends_at = String(required=True)
    place = String(required=True)
    link = String(required=True)
    trainer = String(required=True)
    seat = String(required=True, metadata={"description": "empty where I only hold the session"})
    teaching = Boolean(required=True)
    cancelled = Boolean(required=True)


class Meetings(Schema):
    items = List(Nested(Meeting), required=True)
    next = Integer(allow_none=True)


@bp.get("/sessions")
@bp.input(Asked, location="query")
@bp.output(Sessions)
@requires(Permission.LEARN)
def sessions_seen(query_data: dict[str, Any]) -> dict[str, Any]:
    """The live sessions that I see: those ahead, the soonest first, or those that are over."""
    actor, now = current_actor(), clock.now()
    if not query_data["past"]:
        return page([_item(row) for row in sessions.upcoming(actor, now)], None)
    found = sessions.past(actor, now, limit=PAGE + 1, before=query_data["after"])
    return page([_item(row) for row in found[:PAGE]], found[PAGE - 1].id if len(found) > PAGE else None)


def _item(row: sessions.Row) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "title": row.title,
        "kind": row.kind,
        "state": row.state,
        "starts_at": instant(row.starts_at),
        "ends_at": instant(row.ends_at),
        "place": row.place,
        "trainer": row.trainer,
        "document": f"{row.document_kind}:{row.document_slug}" if row.document_id else None,
        "places": row.places,
        "taken": row.taken,
        "waiting": row.waiting,
        "seat": row.seat,
    }


@bp.get("/me/sessions")
@bp.output(Meetings)
@requires(Permission.LEARN)
def my_sessions() -> dict[str, Any]:
    """Where I have a seat, wait for one or hold the session, from ninety days ago on."""
    found = sessions.of_person(current_actor().id, clock.now() - BACK)
    return page(
        [
            {
                "id": each.public_id,
                "title": each.title,
                "kind": each.kind,
                "starts_at": instant(each.starts_at),
                "ends_at": instant(each.ends_at),
                "place": each.place,
                "link": each.link,
                "trainer": each.trainer,
                "seat": each.seat,
                "teaching": each.teaching,
                "cancelled": each.cancelled,
            }
            for each in found
        ],
        None,
    )
