"""The desk over `/api/v1`: new documents and copies, another address, archiving, and several documents at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.content import actions, queries
from lms.content.actions import bulk
from lms.content.actions.drafts import NOTE
from lms.content.api.documents import MARKDOWN
from lms.content.forms import NOT_WRITTEN
from lms.content.grammar.keywords import Language
from lms.content.importers.drafts import name_of
from lms.content.kinds import kind_of, kinds
from lms.content.queries.several import Head, heads
from lms.content.rules.paths import MAX_SLUG
from lms.content.rules.replacing import LONGEST, hits, replaced
from lms.content.rules.tagging import listed, retagged
from lms.content.samples import TEMPLATES, sample
from lms.content.views.room import work_at
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.web.api import MOST, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("desk_api", __name__, url_prefix="/api/v1", tag="The desk")

TITLE = 120
TAG = 60
MOST_TAGS = 50
AT_ONCE = 100
"""Documents changed by one call."""


class NewDocument(Schema):
    kind = String(required=True, validate=Length(min=1, max=20))
    slug = String(
        load_default="",
        validate=Length(max=MAX_SLUG),
        metadata={"description": "folders and name; without a name (`after-sales/`) the title's"},
    )
    title = String(load_default="", validate=Length(max=TITLE), metadata={"description": "needed without `markdown`"})
    markdown = String(load_default=None, allow_none=True, metadata=MARKDOWN)
    template = String(
        load_default="",
        validate=Length(max=20),
        metadata={"description": "of the kind's, without `markdown`; empty: its small example"},
    )
    language = String(
        load_default=Language.ZH.value,
        validate=OneOf([each.value for each in Language]),
        metadata={"description": "of the keywords in the example"},
    )


class CopyBody(Schema):
    slug = String(required=True, validate=Length(min=1, max=MAX_SLUG))
    title = String(required=True, validate=Length(min=1, max=TITLE))


class BegunBody(Schema):
    document = String(required=True, metadata={"description": "kind:slug"})
    title = String(required=True)
    revision = Integer(required=True, metadata={"description": "base of the next save"})


class RenameBody(Schema):
    slug = String(required=True, validate=Length(min=1, max=MAX_SLUG))
    follow = Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "links of other documents are written for the new address too"},
    )


class RenamedBody(Schema):
    document = String(required=True)
    others = Integer(required=True, metadata={"description": "documents whose links were written anew"})


class ArchiveBody(Schema):
    dry_run = Boolean(load_default=False, truthy={True}, falsy={False})


class TouchedBody(Schema):
    count = Integer(required=True)
    sentence = String(required=True)


class ArchivedBody(Schema):
    state = String(required=True, metadata={"enum": ["draft", "published", "archived"]})
    impacts = List(Nested(TouchedBody), required=True, metadata={"description": "who still needs it"})


class ChosenBody(Schema):
    document = String(required=True, validate=Length(max=MAX_SLUG + 20), metadata={"description": "kind:slug"})
    revision = Integer(
        required=True, strict=True, validate=Range(min=1, max=MOST), metadata={"description": "that was looked at"}
    )


class _Several(Schema):
    items = List(Nested(ChosenBody), required=True, validate=Length(min=1, max=AT_ONCE))


class PublishSeveral(_Several):
    note = String(required=True, validate=Length(min=1, max=NOTE))
    minor = Boolean(load_default=False, truthy={True}, falsy={False})


class TagSeveral(_Several):
    add = List(String(validate=Length(max=TAG)), load_default=list, validate=Length(max=MOST_TAGS))
    remove = List(String(validate=Length(max=TAG)), load_default=list, validate=Length(max=MOST_TAGS))


class ReplaceBody(Schema):
    find = String(required=True, validate=Length(min=1, max=LONGEST))
    put = String(required=True, validate=Length(max=LONGEST))
    same_case = Boolean(load_default=False, truthy={True}, falsy={False})
    kind = String(load_default="", validate=Length(max=20), metadata={"description": "of a dry run: these alone"})
    dry_run = Boolean(load_default=False, truthy={True}, falsy={False})
    items = List(
        Nested(ChosenBody),
        load_default=list,
        validate=Length(max=AT_ONCE),
        metadata={"description": "in which to replace; as the dry run has shown them"},
    )


class CountBody(Schema):
    count = Integer(required=True, metadata={"description": "documents that differ now"})


class ReplacingBody(Schema):
    document = String(required=True)
    title = String(required=True)
    revision = Integer(required=True)
    hits = Integer(required=True)
    breaks = List(String(), required=True, metadata={"description": "what would have to be mended after it"})


class ReplacedBody(CountBody):
    items = List(Nested(ReplacingBody), required=True, metadata={"description": "of a dry run"})
    more = Boolean(required=True, metadata={"description": "of a dry run: it stands in still others"})


@bp.post("/documents")
@requires(Permission.CONTENT_EDIT)
@bp.input(NewDocument, arg_name="body")
@bp.output(BegunBody, status_code=201)
@bp.doc(
    summary="Begin a document as a draft, with a text, an example of its kind or a template",
    responses=refusals(400, 409, 413, 422),
)
def new_document(body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    kind, title, source = body["kind"], " ".join(body["title"].split()), body["markdown"]
    wrong: dict[str, Text] = {}
    if kind not in kinds() or kind in NOT_WRITTEN:
        wrong["kind"] = text("没有这种类型。")
    if not title and source is None:
        wrong["title"] = text("请写上标题。")
    if body["template"] and body["template"] not in TEMPLATES.get(kind, {}):
        wrong["template"] = text("没有这个模板。")
    slug = _address(body["slug"])
    if not slug or slug.endswith("/"):
        slug += name_of(title)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    if source is None:
        language = Language(body["language"])
        source = sample(kind, language, title=title, owner=actor.employee_no, template=body["template"])
    with _of_the_address(), transaction():
        made = actions.create(actor, kind, slug, source)
        return _begun(made.document_id)


@bp.post("/documents/<kind>/<path:slug>/duplicate")
@requires(Permission.CONTENT_EDIT)
@bp.input(CopyBody, arg_name="body")
@bp.output(BegunBody, status_code=201)
@bp.doc(summary="Begin a new document with the text of this one", responses=refusals(400, 404, 409, 422))
def duplicate(kind: str, slug: str, body: dict[str, Any]) -> dict[str, Any]:
    work = work_at(kind, slug)
    title = " ".join(body["title"].split())
    if not title:
        raise Invalid(text("请写上标题。"), fields={"title": text("请写上标题。")})
    with _of_the_address(), transaction():
        return _begun(bulk.duplicate(current_actor(), work.card.document_id, _address(body["slug"]), title))


@bp.post("/documents/<kind>/<path:slug>/rename")
@requires(Permission.CONTENT_PUBLISH)
@bp.input(RenameBody, arg_name="body")
@bp.output(RenamedBody, status_code=200)
@bp.doc(summary="Give a document another address; the old one leads there", responses=refusals(400, 404, 409, 422))
def rename(kind: str, slug: str, body: dict[str, Any]) -> dict[str, Any]:
    work = work_at(kind, slug)
    new = _address(body["slug"]).strip("/")
    with _of_the_address(), transaction():
        others = bulk.move(current_actor(), work.card.document_id, new, follow=body["follow"])
        card = queries.cards([work.card.document_id])[work.card.document_id]
        return {"document": f"{card.kind}:{card.slug}", "others": others}


@bp.post("/documents/<kind>/<path:slug>/archive")
@requires(Permission.CONTENT_PUBLISH)
@bp.input(ArchiveBody, arg_name="body")
@bp.output(ArchivedBody, status_code=200)
@bp.doc(
    summary="Take a document out of what is offered; `dry_run` only says whom it touches",
    responses=refusals(404, 409, 422),
)
def archive(kind: str, slug: str, body: dict[str, Any]) -> dict[str, Any]:
    work = work_at(kind, slug)
    document_id = work.card.document_id
    found = [] if work.card.state == "archived" else actions.archive_preview(document_id)
    if not body["dry_run"]:
        with transaction():
            actions.archive(current_actor(), document_id)
    return {
        "state": queries.cards([document_id])[document_id].state,
        "impacts": [{"count": each.count, "sentence": say(each.text)} for each in found],
    }


@bp.post("/documents/<kind>/<path:slug>/unarchive")
@requires(Permission.CONTENT_PUBLISH)
@bp.output(ArchivedBody, status_code=200)
@bp.doc(summary="Offer an archived document again, as it was", responses=refusals(404, 409))
def unarchive(kind: str, slug: str) -> dict[str, Any]:
    document_id = work_at(kind, slug).card.document_id
    with transaction():
        actions.unarchive(current_actor(), document_id)
    return {"state": queries.cards([document_id])[document_id].state, "impacts": []}


@bp.post("/content/publish")
@requires(Permission.CONTENT_PUBLISH)
@bp.input(PublishSeveral, arg_name="body")
@bp.output(CountBody, status_code=200)
@bp.doc(
    summary="Publish several drafts: all of them or none",
    description="422 `some_refused` with `reasons`, a sentence for each that can't be published.",
    responses=refusals(400, 404, 422),
)
def publish_several(body: dict[str, Any]) -> dict[str, int]:
    note = " ".join(body["note"].split())
    if not note:
        raise Invalid(text("请写一句改了什么，看历史的人靠它找到这一版。"), fields={"note": text("不能为空。")})
    chosen = _chosen(body["items"])
    with transaction():
        return {"count": bulk.publish_all(current_actor(), chosen, note, minor=body["minor"])}


@bp.post("/content/tags")
@requires(Permission.CONTENT_EDIT)
@bp.input(TagSeveral, arg_name="body")
@bp.output(CountBody, status_code=200)
@bp.doc(
    summary="Give several documents tags and take others away, in drafts: all of them or none",
    description="422 `some_refused` with `reasons`, a sentence for each that can't be changed.",
    responses=refusals(400, 404, 422),
)
def tag_several(body: dict[str, Any]) -> dict[str, int]:
    add, remove = listed("，".join(body["add"])), listed("，".join(body["remove"]))
    if not (add or remove):
        raise Invalid(text("请选好内容，并写要加上或去掉的标签。"), fields={"add": text("不能为空。")})
    chosen = _chosen(body["items"])
    changes = [
        _change(head, chosen, retagged(head.source, kind_of(head.card.kind).word, add, remove))
        for head in heads(chosen)
    ]
    with transaction():
        return {"count": bulk.save_all(current_actor(), changes, say(text("批量改标签")))}


@bp.post("/content/replace")
@requires(Permission.CONTENT_EDIT)
@bp.input(ReplaceBody, arg_name="body")
@bp.output(ReplacedBody, status_code=200)
@bp.doc(
    summary="Replace words in several documents, in drafts: all of them or none; `dry_run` says where they stand",
    description="422 `some_refused` with `reasons`, a sentence for each that can't be changed.",
    responses=refusals(400, 404, 422),
)
def replace_words(body: dict[str, Any]) -> dict[str, Any]:
    find, put, same_case = body["find"], body["put"], body["same_case"]
    wrong = _why_not(body)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    if body["dry_run"]:
        rows: list[dict[str, Any]] = []
        more = False
        for head in heads(kind=body["kind"]):
            places = hits(head.source, find, same_case=same_case)
            if places and len(rows) == AT_ONCE:
                more = True
                break
            if places:
                rows.append(_replacing(head, len(places), replaced(head.source, find, put, same_case=same_case)))
        return {"count": 0, "items": rows, "more": more}
    chosen = _chosen(body["items"])
    changes = [_change(head, chosen, replaced(head.source, find, put, same_case=same_case)) for head in heads(chosen)]
    note = say(text("批量替换：“%(old)s”换成“%(new)s”", old=find, new=put))[:NOTE]
    with transaction():
        return {"count": bulk.save_all(current_actor(), changes, note), "items": [], "more": False}


def _why_not(body: dict[str, Any]) -> dict[str, Text]:
    wrong: dict[str, Text] = {}
    if not body["find"].strip():
        wrong["find"] = text("请写要找的文字。")
    if "\n" in body["put"] or "\r" in body["put"]:
        wrong["put"] = text("一次只能换成一行文字。")
    elif body["find"] == body["put"]:
        wrong["put"] = text("要找的和要换成的一样，没有什么可换的。")
    if body["kind"] and body["kind"] not in kinds():
        wrong["kind"] = text("没有这种类型。")
    if not body["dry_run"] and not body["items"]:
        wrong["items"] = text("请至少选一份内容。")
    return wrong


def _address(written: str) -> str:
    return written.strip().lstrip("/").removesuffix(".md")


@contextmanager
def _of_the_address() -> Iterator[None]:
    """Say at the field of the address what is wrong with it, as the forms do."""
    try:
        yield
    except NotFound:
        raise
    except DomainError as error:
        error.fields.setdefault("slug", error.message)
        raise


def _begun(document_id: int) -> dict[str, Any]:
    card = queries.cards([document_id])[document_id]
    work = queries.open_work(card.kind, card.slug)
    return {"document": f"{card.kind}:{card.slug}", "title": card.title, "revision": work.head_id}


def _chosen(items: list[dict[str, Any]]) -> dict[int, int]:
    """Return the chosen documents with the version that was looked at. Raises NotFound for one that is not there."""
    found = {}
    for each in items:
        kind, _colon, slug = each["document"].partition(":")
        found[work_at(kind, slug).card.document_id] = each["revision"]
    return found


def _change(head: Head, chosen: dict[int, int], source: str) -> bulk.Change:
    document_id = head.card.document_id
    return bulk.Change(document_id=document_id, base_revision_id=chosen[document_id], source=source)


def _replacing(head: Head, count: int, after: str) -> dict[str, Any]:
    return {
        "document": f"{head.card.kind}:{head.card.slug}",
        "title": head.card.title,
        "revision": head.revision_id,
        "hits": count,
        "breaks": [say(each) for each in bulk.broken_by(head, after)],
    }
