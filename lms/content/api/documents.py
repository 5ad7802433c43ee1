"""Documents over `/api/v1`, for those who write them."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from flask import url_for

from lms.content import actions, queries, store
from lms.content.actions.drafts import NOTE
from lms.content.actions.examine import examine
from lms.content.check import read_kind
from lms.content.grammar.findings import Finding
from lms.content.kinds import kind_by_word, kinds, parsers
from lms.content.queries import Card, Listed, Version
from lms.content.queries.quality import Concern, Wanted, Worry, worries
from lms.content.rules.paths import MAX_SLUG, why_no_path
from lms.content.views.room import work_at
from lms.core import clock
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.i18n import say
from lms.core.texts import text
from lms.web import conditional
from lms.web.api import MOST, instant, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("content_api", __name__, url_prefix="/api/v1", tag="Documents")

MARKDOWN = {"description": "the source as it is written, at most LMS_SOURCE_MAX_BYTES bytes of UTF-8"}
STATES = ("", "draft", "published", "changed", "conflict", "expired", "archived")


class ListQuery(Schema):
    kind = String(load_default="", validate=Length(max=20))
    state = String(load_default="", validate=OneOf(STATES), metadata={"description": "empty: all but the archived"})
    q = String(load_default="", validate=Length(max=100), metadata={"description": "in title or slug"})
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=1_000_000))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


class DocumentLine(Schema):
    document = String(required=True, metadata={"description": "kind:slug"})
    kind = String(required=True)
    slug = String(required=True)
    title = String(required=True)
    state = String(required=True, metadata={"enum": ["draft", "published", "archived"]})
    has_draft = Boolean(required=True, metadata={"description": "what is published is not the latest"})
    has_conflict = Boolean(required=True, metadata={"description": "file and database both changed"})
    owner = String(required=True)
    changed_at = String(allow_none=True, metadata={"format": "date-time"})


class DocumentList(Schema):
    items = List(Nested(DocumentLine), required=True)
    next = Integer(required=True, allow_none=True)


class DocumentBody(Schema):
    document = String(required=True)
    kind = String(required=True)
    slug = String(required=True, metadata={"description": "the present one, where an old one was asked for"})
    title = String(required=True)
    state = String(required=True)
    path = String(required=True, metadata={"description": "of its file in the repository"})
    markdown = String(required=True, metadata={"description": "the draft, else what is published"})
    base_revision = Integer(required=True, allow_none=True, metadata={"description": "give it back when saving"})
    published_revision = Integer(required=True, allow_none=True)
    draft_revision = Integer(required=True, allow_none=True)
    edit_url = String(required=True)


class DraftBody(Schema):
    markdown = String(required=True, metadata=MARKDOWN)
    base_revision = Integer(required=True, strict=True, allow_none=True, validate=Range(min=1, max=MOST))
    note = String(load_default="", validate=Length(max=NOTE))


class SavedBody(Schema):
    revision = Integer(required=True)
    number = Integer(required=True)
    changed = Boolean(required=True, metadata={"description": "false: the text was that of the base already"})
    merged = Boolean(
        metadata={"description": "true: somebody saved since; the revision holds both changes, not the text as sent"}
    )


class PublishBody(Schema):
    base_revision = Integer(required=True, strict=True, validate=Range(min=1, max=MOST))
    note = String(required=True, validate=Length(min=1, max=NOTE))
    minor = Boolean(load_default=False, truthy={True}, falsy={False})


class RevisionBody(Schema):
    revision = Integer(required=True)
    number = Integer(required=True)
    kind = String(required=True, metadata={"enum": ["draft", "publish", "sync", "restore", "fix", "merge"]})
    author = String(required=True, metadata={"description": "empty: files were synced"})
    note = String(required=True)
    minor = Boolean(required=True)
    at = String(required=True, metadata={"format": "date-time"})
    size = Integer(required=True, metadata={"description": "bytes"})
    published = Boolean(required=True)
    draft = Boolean(required=True)


class RevisionList(Schema):
    items = List(Nested(RevisionBody), required=True)
    next = Integer(required=True, allow_none=True, metadata={"description": "before which number to go on"})


class RevisionQuery(Schema):
    after = Integer(load_default=None, strict=False, allow_none=True, validate=Range(min=1, max=2**31 - 1))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


class CheckBody(Schema):
    path = String(required=True, validate=Length(min=1, max=MAX_SLUG + 20))
    markdown = String(required=True, metadata=MARKDOWN)


class FindingBody(Schema):
    code = String(required=True)
    line = Integer(required=True, metadata={"description": "from 1"})
    severity = String(required=True, metadata={"enum": ["error", "warning"]})
    message = String(required=True)
    fix = Dict(
        required=True,
        allow_none=True,
        metadata={"description": "first, last: lines that `lines` replace; an insertion has last = first - 1; label"},
    )


class QualityQuery(Schema):
    concern = String(load_default="", validate=OneOf(("", *(concern.value for concern in Concern))))
    kind = String(load_default="", validate=Length(max=20))
    mine = Boolean(load_default=False, metadata={"description": "only documents that the caller owns"})
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=1_000_000))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


class WorryBody(Schema):
    document = String(required=True, metadata={"description": "kind:slug"})
    title = String(required=True)
    owner = String(required=True)
    concern = String(required=True, metadata={"enum": [concern.value for concern in Concern]})
    message = String(required=True)
    code = String(required=True, metadata={"description": "of a finding in the text, else empty"})
    line = Integer(required=True, metadata={"description": "from 1; 0: the whole document"})


class WorryList(Schema):
    items = List(Nested(WorryBody), required=True)
    next = Integer(required=True, allow_none=True)


class CheckResult(Schema):
    kind = String(required=True, allow_none=True)
    publishable = Boolean(required=True)
    findings = List(Nested(FindingBody), required=True)


@bp.get("/documents")
@requires(Permission.CONTENT_EDIT)
@bp.input(ListQuery, location="query", arg_name="query")
@bp.output(DocumentList)
@bp.doc(summary="Documents of every state, by title", responses=refusals(422))
def documents(query: dict[str, Any]) -> dict[str, Any]:
    if query["kind"] and query["kind"] not in kinds():
        raise Invalid(text("没有“%(kind)s”这种类型。", kind=query["kind"]), fields={"kind": text("没有这种类型。")})
    after, limit = query["after"], query["limit"]
    wanted = queries.Filter(words=query["q"], kind=query["kind"], state=query["state"], sort="title")
    rows, total = queries.find(wanted, size=limit, offset=after)
    return page([_line(row) for row in rows], after + limit if after + limit < total else None)


@bp.get("/content/quality")
@requires(Permission.CONTENT_EDIT)
@bp.input(QualityQuery, location="query", arg_name="query")
@bp.output(WorryList)
@bp.doc(summary="Everything of the content that wants attention, the most urgent first", responses=refusals(422))
def quality(query: dict[str, Any]) -> dict[str, Any]:
    wanted = Wanted(
        owner_id=current_actor().id if query["mine"] else None, kind=query["kind"], concern=query["concern"]
    )
    found = worries(wanted, today(), clock.now())
    after, limit = query["after"], query["limit"]
    shown = found[after : after + limit]
    return page([_worry(each) for each in shown], after + limit if after + limit < len(found) else None)


@bp.put("/documents/<kind>/<path:slug>/draft")
@conditional.guarded
@requires(Permission.CONTENT_EDIT)
@bp.input(DraftBody, arg_name="body")
@bp.output(SavedBody)
@bp.doc(
    summary="Save a text as the draft",
    description=(
        "If somebody saved since `base_revision`, both changes are put together (`merged`). 409 `stale`: both changed"
        " the same place; the text is kept as the revision `kept`, the draft is untouched."
    ),
    responses=refusals(400, 404, 409, 413, 422),
)
def save_draft(kind: str, slug: str, body: dict[str, Any]) -> dict[str, Any]:
    work = work_at(kind, slug)
    conditional.check(document, kind=kind, slug=slug)
    with transaction():
        saved = actions.save_draft(
            current_actor(), work.card.document_id, body["base_revision"], body["markdown"], body["note"]
        )
    if saved.conflict is not None:
        raise saved.conflict
    return {
        "revision": saved.revision_id,
        "number": saved.number,
        "changed": saved.changed,
        "merged": saved.joined is not None,
    }


@bp.post("/documents/<kind>/<path:slug>/publish")
@requires(Permission.CONTENT_PUBLISH)
@bp.input(PublishBody, arg_name="body")
@bp.output(SavedBody)
@bp.doc(
    summary="Make the draft what people read",
    description="422 `must_mend` names the lines that must be mended first; 409 where the draft is another one by now.",
    responses=refusals(400, 404, 409, 422),
)
def publish(kind: str, slug: str, body: dict[str, Any]) -> dict[str, Any]:
    work = work_at(kind, slug)
    if not body["note"].strip():
        raise Invalid(text("请写一句改了什么，看历史的人靠它找到这一版。"), fields={"note": text("不能为空。")})
    with transaction():
        revision = actions.publish(
            current_actor(), work.card.document_id, body["base_revision"], body["note"].strip(), minor=body["minor"]
        )
        return {"revision": revision.id, "number": revision.number, "changed": True}


@bp.get("/documents/<kind>/<path:slug>/revisions")
@requires(Permission.CONTENT_EDIT)
@bp.input(RevisionQuery, location="query", arg_name="query")
@bp.output(RevisionList)
@bp.doc(summary="Versions, the newest first", responses=refusals(404, 422))
def revisions(kind: str, slug: str, query: dict[str, Any]) -> dict[str, Any]:
    work = work_at(kind, slug)
    limit = query["limit"]
    found = queries.history(work.card.document_id, before=query["after"], limit=limit + 1)
    return page([_revision(each) for each in found[:limit]], found[limit - 1].number if len(found) > limit else None)


@bp.get("/documents/<kind>/<path:slug>")
@requires(Permission.CONTENT_EDIT)
@bp.output(DocumentBody)
@bp.doc(summary="One document with its Markdown, for authors", responses=refusals(404))
def document(kind: str, slug: str) -> dict[str, Any]:
    work = work_at(kind, slug)
    return {
        **_names(work.card),
        "path": work.card.path,
        "markdown": queries.text(work.head_id) if work.head_id else "",
        "base_revision": work.head_id,
        "published_revision": work.card.published_id,
        "draft_revision": work.draft_id,
        "edit_url": url_for("content.edit", kind=work.card.kind, slug=work.card.slug),
    }


@bp.post("/content/check")
@requires(Permission.CONTENT_EDIT)
@bp.input(CheckBody, arg_name="body")
@bp.output(CheckResult)
@bp.doc(summary="Say everything that is wrong with a text; nothing is kept", responses=refusals(400, 413, 422))
def check(body: dict[str, Any]) -> dict[str, Any]:
    path, source = body["path"], body["markdown"]
    problem = why_no_path(path)
    if problem is not None:
        raise Invalid(problem, fields={"path": problem})
    store.encode(source)
    word = read_kind(source, parsers())
    if isinstance(word, Finding):
        return {"kind": None, "publishable": False, "findings": [_finding(word)]}
    kind = kind_by_word(word)
    examined = examine(kind, path, source)
    return {
        "kind": kind.name,
        "publishable": not examined.errors,
        "findings": [_finding(finding) for finding in examined.findings],
    }


def _names(card: Card) -> dict[str, Any]:
    return {
        "document": f"{card.kind}:{card.slug}",
        "kind": card.kind,
        "slug": card.slug,
        "title": card.title,
        "state": card.state,
    }


def _line(row: Listed) -> dict[str, Any]:
    return {
        **_names(row.card),
        "has_draft": row.has_draft,
        "has_conflict": row.has_conflict,
        "owner": row.owner,
        "changed_at": instant(row.changed_at),
    }


def _revision(version: Version) -> dict[str, Any]:
    return {
        "revision": version.id,
        "number": version.number,
        "kind": version.kind,
        "author": version.author,
        "note": version.note,
        "minor": version.minor,
        "at": instant(version.at),
        "size": version.size,
        "published": version.is_published,
        "draft": version.is_draft,
    }


def _worry(worry: Worry) -> dict[str, Any]:
    return {
        "document": f"{worry.card.kind}:{worry.card.slug}",
        "title": worry.card.title,
        "owner": worry.owner,
        "concern": worry.concern.value,
        "message": say(worry.what),
        "code": worry.code,
        "line": worry.line,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "code": finding.code,
        "line": finding.line,
        "severity": finding.severity.value,
        "message": say(finding.message),
        "fix": fix and {"first": fix.first, "last": fix.last, "lines": list(fix.lines), "label": say(fix.label)},
    }
