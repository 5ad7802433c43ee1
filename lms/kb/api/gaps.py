"""Gaps over `/api/v1`: what people did not find, what is done about it, and saying that an answer is needed."""

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.content.queries import Card
from lms.content.rules.paths import MAX_SLUG
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.texts import text
from lms.kb.actions import gaps as actions
from lms.kb.queries import gaps as reading
from lms.kb.queries.gaps import Listed
from lms.kb.rules.asking import LONGEST_QUERY
from lms.kb.rules.gaps import SOURCES
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("kb_gaps_api", __name__, url_prefix="/api/v1/kb", tag="Gaps")

STATES = (reading.OPEN, reading.CLOSED, reading.DISMISSED)
OWNERS = ("", "me", "none")
SHOP = 20
"""Characters of a shop's code as a miss keeps it."""
WORDS = 200
ACTS: dict[str, Callable[[Actor, str, dict[str, Any]], Any]] = {
    "take": lambda actor, gap_id, _: actions.take(actor, gap_id),
    "leave": lambda actor, gap_id, _: actions.take(actor, gap_id, give_back=True),
    "rename": lambda actor, gap_id, body: actions.rename(actor, gap_id, body["title"]),
    "merge": lambda actor, gap_id, body: actions.merge(actor, gap_id, body["into"]),
    "part": lambda actor, gap_id, body: actions.part(actor, gap_id, body["words"]),
    "dismiss": lambda actor, gap_id, body: actions.dismiss(actor, gap_id, body["reason"]),
    "reopen": lambda actor, gap_id, _: actions.reopen(actor, gap_id),
}
ANSWERS = ("write", "link")


class AskBody(Schema):
    q = String(required=True, validate=Length(min=1, max=LONGEST_QUERY), metadata={"description": "what was not found"})
    shop = String(load_default="", validate=Length(max=SHOP), metadata={"description": "code"})


class GapsQuery(Schema):
    state = String(load_default=reading.OPEN, validate=OneOf(STATES))
    owner = String(load_default="", validate=OneOf(OWNERS))
    shop = String(load_default="", validate=Length(max=SHOP), metadata={"description": "code"})
    source = String(load_default="", validate=OneOf(("", *SOURCES)))
    q = String(load_default="", validate=Length(max=WORDS))
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=1_000_000))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


class GapLine(Schema):
    id = String(required=True)
    title = String(required=True)
    state = String(required=True, metadata={"enum": [*STATES, reading.MERGED]})
    week = Integer(required=True, metadata={"description": "misses of the last 7 days"})
    month = Integer(required=True, metadata={"description": "misses of the last 28 days"})
    sources = List(String(metadata={"enum": list(SOURCES)}), required=True)
    shops = List(String(), required=True, metadata={"description": "names"})
    askers = Integer(required=True, metadata={"description": "people who wait for an answer"})
    owner = String(required=True, metadata={"description": "name; empty: nobody"})
    opened_at = String(required=True, metadata={"format": "date-time"})
    closed_at = String(required=True, allow_none=True, metadata={"format": "date-time"})
    draft = String(required=True, allow_none=True, metadata={"description": "kind:slug of what is written for it"})
    article = String(required=True, allow_none=True, metadata={"description": "kind:slug of what closed it"})


class GapList(Schema):
    items = List(Nested(GapLine), required=True)
    next = Integer(required=True, allow_none=True)


class GapWords(Schema):
    words = String(required=True)
    sources = List(String(), required=True)
    count = Integer(required=True)
    last = Date(required=True)


class GapBody(GapLine):
    reason = String(required=True, metadata={"description": "why it was dismissed"})
    merged_into = String(required=True, allow_none=True, metadata={"description": "id of the gap that took its words"})
    words = List(Nested(GapWords), required=True)


class NewGap(Schema):
    words = String(
        required=True,
        validate=Length(min=1, max=WORDS),
        metadata={"description": "missed too seldom to be a gap by themselves"},
    )


class GapAct(Schema):
    act = String(required=True, validate=OneOf((*ACTS, *ANSWERS)))
    title = String(
        load_default="", validate=Length(max=actions.LONGEST_TITLE), metadata={"description": "rename, write"}
    )
    into = String(load_default="", validate=Length(max=32), metadata={"description": "merge: id of the other gap"})
    words = List(
        String(validate=Length(max=WORDS)),
        load_default=list,
        validate=Length(max=reading.MOST_WORDS),
        metadata={"description": "part: those that become a gap of their own"},
    )
    reason = String(load_default="", validate=Length(max=actions.LONGEST_REASON), metadata={"description": "dismiss"})
    folder = String(load_default="", validate=Length(max=MAX_SLUG), metadata={"description": "write"})
    article = String(load_default="", validate=Length(max=MAX_SLUG), metadata={"description": "link: its slug"})


@bp.post("/ask")
@requires(Permission.LEARN)
@bp.input(AskBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Say that one needs an answer to this; one is told when there is one", responses=refusals(422))
def ask(body: dict[str, Any]) -> tuple[str, int]:
    with transaction():
        actions.ask(current_actor(), body["q"].strip(), body["shop"])
    return "", 204


@bp.get("/gaps")
@requires(Permission.CONTENT_READ_ALL)
@bp.input(GapsQuery, location="query", arg_name="query")
@bp.output(GapList)
@bp.doc(summary="What people look for and do not find, the most missed first", responses=refusals(422))
def gaps(query: dict[str, Any]) -> dict[str, Any]:
    owner = {"me": current_actor().id, "none": 0}.get(query["owner"])
    wanted = reading.Wanted(state=query["state"], owner=owner, shop=query["shop"], source=query["source"], q=query["q"])
    every, after, limit = reading.gaps(wanted), query["after"], query["limit"]
    shown = every[after : after + limit]
    return page([_line(each) for each in shown], after + limit if after + limit < len(every) else None)


@bp.post("/gaps")
@requires(Permission.CONTENT_EDIT)
@bp.input(NewGap, arg_name="body")
@bp.output(GapBody, status_code=201)
@bp.doc(summary="Make a gap of words that are missed too seldom to become one", responses=refusals(404, 422))
def open_gap(body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        return _whole(actions.promote(current_actor(), body["words"]).public_id)


@bp.get("/gaps/<gap_id>")
@requires(Permission.CONTENT_READ_ALL)
@bp.output(GapBody)
@bp.doc(summary="One gap with its words", responses=refusals(404))
def gap(gap_id: str) -> dict[str, Any]:
    return _whole(gap_id)


@bp.post("/gaps/<gap_id>")
@requires(Permission.CONTENT_EDIT)
@bp.input(GapAct, arg_name="body")
@bp.output(GapBody, status_code=200)
@bp.doc(
    summary="Do one thing with a gap; the answer is the gap that holds its words then",
    description="`write` begins the article, `link` names the one that answers it: both need `content.publish`.",
    responses=refusals(404, 409, 422),
)
def act(gap_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    if body["act"] in ANSWERS:
        _answer(actor, gap_id, body)
        return _whole(gap_id)
    with transaction():
        return _whole(ACTS[body["act"]](actor, gap_id, body).public_id)


def _answer(actor: Actor, gap_id: str, body: dict[str, Any]) -> None:
    if not allows(actor, Permission.CONTENT_PUBLISH):
        raise Forbidden()
    reading.gap_id(gap_id)
    if body["act"] == "write":
        with transaction():
            actions.write_article(actor, gap_id, body["title"], body["folder"])
        return
    try:
        with transaction():
            actions.link(actor, gap_id, body["article"])
    except NotFound:
        reason = text("没有这条知识，请从列表里选。")
        raise Invalid(reason, fields={"article": reason}) from None


def _line(each: Listed) -> dict[str, Any]:
    return {
        "id": each.public_id,
        "title": each.title,
        "state": each.state,
        "week": each.week,
        "month": each.month,
        "sources": list(each.sources),
        "shops": list(each.shops),
        "askers": each.askers,
        "owner": each.owner,
        "opened_at": instant(each.opened_at),
        "closed_at": instant(each.closed_at),
        "draft": _document(each.draft),
        "article": _document(each.article),
    }


def _document(card: Card | None) -> str | None:
    return f"{card.kind}:{card.slug}" if card else None


def _whole(gap_id: str) -> dict[str, Any]:
    whole = reading.gap(gap_id, with_names=False)
    return {
        **_line(whole.listed),
        "reason": whole.reason,
        "merged_into": whole.merged_into[0] if whole.merged_into else None,
        "words": [
            {"words": each.words, "sources": list(each.sources), "count": each.count, "last": each.last}
            for each in whole.words
        ],
    }
