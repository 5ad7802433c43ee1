"""JSON of keeping knowledge right: confirming an article (复审), proposing a change or a new one."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.content import queries as content
from lms.content.rules.paths import MAX_SLUG
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.kb import queries
from lms.kb.actions import reviews
from lms.kb.actions import suggestions as acts
from lms.kb.queries import reviews as due
from lms.kb.queries import suggestions as asked
from lms.kb.queries import versions
from lms.kb.queries.suggestions import Row
from lms.kb.rules import suggesting as rules
from lms.kb.rules.reviews import Stand
from lms.kb.rules.suggesting import State
from lms.web.api import MOST, instant, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("kb_care_api", __name__, url_prefix="/api/v1/kb", tag="Keeping knowledge right")

LARGEST_NUMBER = 2**31 - 1
MOST_CONFIRMED = 200
"""Documents that are confirmed at once."""


class VerifyBody(Schema):
    revision = Integer(
        required=True,
        strict=True,
        validate=Range(min=1, max=LARGEST_NUMBER),
        metadata={"description": "number of the version that was looked at; another one published since is a conflict"},
    )


class Verified(Schema):
    slug = String(required=True)
    revision = Integer(required=True)
    verified_until = Date(required=True)


class ReviewQuery(Schema):
    whose = String(load_default="mine", validate=OneOf(due.WHOSE))
    stand = String(load_default="", validate=OneOf(("", *due.STANDS)))
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=1_000_000))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


class ReviewLine(Schema):
    document = String(required=True, metadata={"description": "kind:slug"})
    title = String(required=True)
    revision = Integer(required=True, metadata={"description": "id of what is published: give it back to confirm it"})
    owner = String(required=True, metadata={"description": "name; empty: nobody"})
    until = Date(required=True)
    stand = String(required=True, metadata={"enum": [stand.value for stand in Stand]})


class ReviewList(Schema):
    items = List(Nested(ReviewLine), required=True)
    next = Integer(required=True, allow_none=True)


class SeenBody(Schema):
    document = String(required=True, validate=Length(max=MAX_SLUG + 20), metadata={"description": "kind:slug"})
    revision = Integer(
        required=True,
        strict=True,
        validate=Range(min=1, max=MOST),
        metadata={"description": "id of what was looked at"},
    )


class ConfirmBody(Schema):
    items = List(Nested(SeenBody), required=True, validate=Length(min=1, max=MOST_CONFIRMED))


class Confirmed(Schema):
    count = Integer(required=True)


class SuggestionBody(Schema):
    article = String(
        load_default="", validate=Length(max=MAX_SLUG), metadata={"description": "slug; empty: a new article"}
    )
    revision = Integer(
        load_default=None,
        strict=True,
        allow_none=True,
        validate=Range(min=1, max=LARGEST_NUMBER),
        metadata={"description": "number of the version that was changed; needed with `article`"},
    )
    title = String(
        load_default="", validate=Length(max=rules.TITLE), metadata={"description": "of a new article; needed for it"}
    )
    folder = String(load_default="", validate=Length(max=MAX_SLUG), metadata={"description": "of a new article"})
    markdown = String(required=True, metadata={"description": "the whole article as it should read"})
    reason = String(
        load_default="", validate=Length(max=rules.REASON), metadata={"description": "needed with `article`"}
    )


class SuggestionLine(Schema):
    id = String(required=True)
    state = String(required=True, metadata={"enum": [state.value for state in State]})
    title = String(required=True)
    article = String(
        required=True,
        metadata={"description": "slug of what it changes; empty: a new article, or one not for the caller"},
    )
    by = String(required=True, metadata={"description": "name of its author"})
    at = String(required=True, metadata={"format": "date-time"})
    reason = String(required=True)
    answer = String(required=True)
    decided_by = String(required=True)
    decided_at = String(required=True, allow_none=True, metadata={"format": "date-time"})
    published = Boolean(required=True, metadata={"description": "accepted, and people read it"})
    result = String(required=True, metadata={"description": "slug of the article that holds it; empty: none yet"})
    result_revision = Integer(required=True, allow_none=True, metadata={"description": "number of that version"})


class SuggestionAnswer(SuggestionLine):
    """One of them, asked for by itself."""


class SuggestionList(Schema):
    items = List(Nested(SuggestionLine), required=True)
    next = Integer(required=True, allow_none=True)


class SuggestionQuery(Schema):
    state = String(load_default="", validate=OneOf(("", *(state.value for state in State))))
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=MOST))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


@bp.get("/reviews")
@requires(Permission.LEARN)
@bp.input(ReviewQuery, location="query", arg_name="query")
@bp.output(ReviewList)
@bp.doc(
    summary="What is to be looked at again (复审), the earliest day first: one's own, or for who writes content any",
    responses=refusals(422),
)
def review_days(query: dict[str, Any]) -> dict[str, Any]:
    after, limit = query["after"], query["limit"]
    wanted = due.Wanted(whose=query["whose"], stand=query["stand"])
    found, total = due.find(current_actor(), wanted, offset=after, limit=limit)
    items = [
        {
            "document": f"{row.kind}:{row.slug}",
            "title": row.title,
            "revision": row.revision_id,
            "owner": row.owner,
            "until": row.until,
            "stand": row.stand.value,
        }
        for row in found
    ]
    return page(items, after + limit if after + limit < total else None)


@bp.post("/reviews/confirm")
@requires(Permission.LEARN)
@bp.input(ConfirmBody, arg_name="body")
@bp.output(Confirmed, status_code=200)
@bp.doc(
    summary="Confirm several documents, each in the version that was looked at: all of them or none",
    responses=refusals(404, 409, 422),
)
def confirm_several(body: dict[str, Any]) -> dict[str, int]:
    chosen = []
    for each in body["items"]:
        kind, _colon, slug = each["document"].partition(":")
        chosen.append((content.open_work(kind, slug).card.document_id, each["revision"]))
    with transaction():
        return {"count": reviews.confirm_several(current_actor(), chosen)}


@bp.post("/articles/<path:slug>/verify")
@requires(Permission.LEARN)
@bp.input(VerifyBody, arg_name="body")
@bp.output(Verified)
@bp.doc(
    summary="Confirm that an article still holds (复审): its owner, or who writes content", responses=refusals(409, 422)
)
def verify(slug: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    revision_id = queries.revision_id(opened.document_id, body["revision"])
    if revision_id is None:
        raise NotFound()
    with transaction():
        until = reviews.confirm(actor, opened.document_id, revision_id)
    return {"slug": opened.slug, "revision": body["revision"], "verified_until": until}


@bp.get("/suggestions")
@requires(Permission.LEARN)
@bp.input(SuggestionQuery, location="query", arg_name="query")
@bp.output(SuggestionList)
@bp.doc(summary="Proposals, the newest first: one's own, for who writes content everybody's", responses=refusals(422))
def suggestions(query: dict[str, Any]) -> dict[str, Any]:
    limit = query["limit"]
    rows = asked.listed(current_actor(), state=query["state"], after=query["after"], limit=limit)
    return page([_line(row) for row in rows], rows[-1].id if len(rows) == limit else None)


@bp.get("/suggestions/<public_id>")
@requires(Permission.LEARN)
@bp.output(SuggestionAnswer)
@bp.doc(summary="One proposal: one's own, or any for who writes content")
def suggestion(public_id: str) -> dict[str, Any]:
    return _line(asked.suggestion(current_actor(), public_id))


@bp.post("/suggestions")
@requires(Permission.LEARN)
@bp.input(SuggestionBody, arg_name="body")
@bp.output(SuggestionAnswer, status_code=201)
@bp.doc(summary="Propose a change of an article, or a new one", responses=refusals(404, 422, 429))
def suggest(body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    if body["article"]:
        opened = content.open_published(actor, "article", body["article"])
        base = versions.version_read(actor, opened.document_id, body["revision"])
        with transaction():
            made = acts.suggest_edit(actor, opened.document_id, base, body["markdown"], body["reason"]).public_id
    else:
        if not body["title"].strip():
            raise Invalid(text("请写上标题。"), fields={"title": text("请写上标题。")})
        with transaction():
            made = acts.suggest_new(
                actor, body["title"].strip(), body["folder"].strip("/"), body["markdown"], body["reason"]
            ).public_id
    return _line(asked.suggestion(actor, made))


def _line(row: Row) -> dict[str, Any]:
    edits = allows(current_actor(), Permission.CONTENT_EDIT)
    return {
        "id": row.public_id,
        "state": row.state,
        "title": row.title,
        "article": row.article.slug if row.article and (edits or row.article.is_meant) else "",
        "by": row.name,
        "at": instant(row.at),
        "reason": row.reason,
        "answer": row.answer,
        "decided_by": row.decided_by if row.state != State.WITHDRAWN else "",
        "decided_at": instant(row.decided_at),
        "published": row.is_public,
        "result": row.result.slug if row.result and row.is_public and (edits or row.result.is_meant) else "",
        "result_revision": row.number if row.is_public else None,
    }
