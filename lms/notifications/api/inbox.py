"""JSON of the inbox."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, Range
from flask import url_for
from werkzeug.routing import BuildError

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.i18n import say
from lms.notifications import actions, queries
from lms.notifications.bar import bar
from lms.notifications.queries import Told
from lms.web.api import MOST, instant, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("notifications_api", __name__, url_prefix="/api/v1/me", tag="Inbox")


class NoticeQuery(Schema):
    unread = Boolean(load_default=False, metadata={"description": "only what was not read"})
    after = Integer(load_default=None, strict=False, allow_none=True, validate=Range(min=1, max=MOST))
    limit = Integer(load_default=50, strict=False, validate=Range(min=1, max=200))


class NoticeBody(Schema):
    id = Integer(required=True)
    topic = String(required=True)
    sentence = String(required=True, metadata={"description": "in the caller's language"})
    url = String(required=True, metadata={"description": "where it goes on; empty: nowhere"})
    at = String(required=True, metadata={"format": "date-time"})
    read = Boolean(required=True)


class NoticeList(Schema):
    items = List(Nested(NoticeBody), required=True)
    next = Integer(required=True, allow_none=True)
    unread = Integer(required=True, metadata={"description": "in all"})


class ReadBody(Schema):
    ids = List(
        Integer(strict=True, validate=Range(min=1, max=MOST)),
        load_default=None,
        allow_none=True,
        validate=Length(max=500),
        metadata={"description": "left out or null: all of them. Those of others count for nothing"},
    )


class ReadAnswer(Schema):
    read = Integer(required=True, metadata={"description": "how many were unread"})


@bp.get("/notices")
@requires(Permission.LEARN)
@bp.input(NoticeQuery, location="query", arg_name="query")
@bp.output(NoticeList)
@bp.doc(summary="What the caller was told, the newest first", responses=refusals(422))
def notices(query: dict[str, Any]) -> dict[str, Any]:
    limit = query["limit"]
    found = queries.inbox(
        current_actor().id, before=query["after"] or queries.LAST, limit=limit + 1, unread=query["unread"]
    )
    shown = [_notice(told) for told in found[:limit]]
    return {**page(shown, found[limit - 1].id if len(found) > limit else None), "unread": bar().unread}


@bp.post("/notices/read")
@requires(Permission.LEARN)
@bp.input(ReadBody, arg_name="body")
@bp.output(ReadAnswer)
@bp.doc(summary="Take notices as read", responses=refusals(400, 422))
def read(body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        count = actions.read(current_actor(), body["ids"])
    return {"read": count}


def _notice(told: Told) -> dict[str, Any]:
    try:
        url = url_for(told.endpoint, **told.values) if told.endpoint else ""
    except BuildError:
        url = ""
    return {
        "id": told.id,
        "topic": told.topic,
        "sentence": say(told.sentence),
        "url": url,
        "at": instant(told.at),
        "read": told.read,
    }
