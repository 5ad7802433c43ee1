"""Bought courseware over `/api/v1`: a package is looked through, and kept as a new document or another version."""

from fractions import Fraction
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, File, Integer, List, String
from apiflask.validators import Length, OneOf, Range
from werkzeug.datastructures import FileStorage

from lms.content import queries as content
from lms.content.rules.paths import MAX_SLUG
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import Forbidden, Invalid
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.courseware.actions import documents, packages
from lms.courseware.actions.documents import LONGEST_TITLE, Wishes
from lms.courseware.actions.packages import Looked
from lms.courseware.spec import MOST_ATTEMPTS, DoneWhen, Rule
from lms.web.api import refusals
from lms.web.auth import current_actor, requires
from lms.web.limits import accepts

bp = APIBlueprint("courseware_api", __name__, url_prefix="/api/v1", tag="Courseware")

RULES = [rule.value for rule in Rule]


class PackageFile(Schema):
    file = File(required=True)  # type: ignore[no-untyped-call]  # APIFlask gives its field no types


class VersionQuery(Schema):
    dry_run = Boolean(load_default=False, metadata={"description": "only say what is in the package"})
    publish = Boolean(load_default=False, metadata={"description": "at once, where nobody has to approve it"})


class PackageQuery(VersionQuery):
    slug = String(
        load_default="",
        validate=Length(max=MAX_SLUG),
        metadata={"description": "of the new document: needed to keep it"},
    )
    title = String(
        load_default="", validate=Length(max=LONGEST_TITLE), metadata={"description": "empty: the package's own"}
    )
    rule = String(load_default=Rule.SEEN.value, validate=OneOf(RULES), metadata={"description": "when it is done"})
    least = Integer(
        load_default=None,
        strict=False,
        allow_none=True,
        validate=Range(min=0, max=100),
        metadata={"description": "score that is needed; with the rule `score`"},
    )
    attempts = Integer(
        load_default=None,
        strict=False,
        allow_none=True,
        validate=Range(min=1, max=MOST_ATTEMPTS),
        metadata={"description": "how often it may be begun; none: as often as somebody likes"},
    )
    minutes = Integer(
        load_default=0, strict=False, validate=Range(min=0, max=600), metadata={"description": "0: not said"}
    )


class PackageBody(Schema):
    title = String(required=True, metadata={"description": "of the package"})
    edition = String(required=True)
    parts = Integer(required=True)
    files = Integer(required=True)
    notes = List(String(), required=True, metadata={"description": "what works otherwise here"})
    document = String(required=True, allow_none=True, metadata={"description": "kind:slug; null for a dry run"})
    published = Boolean(required=True)


@bp.post("/courseware")
@requires(Permission.CONTENT_EDIT)
@accepts(lambda chosen: chosen.courseware_max_bytes)
@bp.input(PackageQuery, location="query", arg_name="query")
@bp.input(PackageFile, location="files", arg_name="sent")
@bp.output(PackageBody, status_code=201)
@bp.doc(
    summary="Keep a SCORM package as a new document; `dry_run` only says what is in it (200)",
    description="422 `refused_package` with `reasons`, every reason why a package is not taken.",
    responses={200: "a dry run: nothing was kept", **refusals(400, 409, 413, 422)},
)
def keep(query: dict[str, Any], sent: dict[str, Any]) -> tuple[dict[str, Any], int]:
    looked = _looked(sent["file"])
    if query["dry_run"]:
        return _body(looked, None), 200
    wishes = _wishes(query, looked)
    actor, stored = current_actor(), packages.unpack(looked)
    with transaction():
        document_id = documents.begin(actor, packages.keep(actor, looked, stored), wishes)
        published = query["publish"] and _put_out(actor, document_id)
    return _body(looked, document_id, published=published), 201


@bp.post("/courseware/<path:slug>/versions")
@requires(Permission.CONTENT_EDIT)
@accepts(lambda chosen: chosen.courseware_max_bytes)
@bp.input(VersionQuery, location="query", arg_name="query")
@bp.input(PackageFile, location="files", arg_name="sent")
@bp.output(PackageBody, status_code=201)
@bp.doc(
    summary="Give a document another version of its package; who is in the old one ends with it",
    description="422 `refused_package` with `reasons`, every reason why a package is not taken.",
    responses={200: "a dry run: nothing was kept", **refusals(400, 404, 409, 413, 422)},
)
def give_version(slug: str, query: dict[str, Any], sent: dict[str, Any]) -> tuple[dict[str, Any], int]:
    document_id = content.open_work("scorm", slug).card.document_id
    looked = _looked(sent["file"])
    if query["dry_run"]:
        return _body(looked, None), 200
    actor, stored = current_actor(), packages.unpack(looked)
    with transaction():
        documents.give_version(actor, document_id, packages.keep(actor, looked, stored))
        published = query["publish"] and _put_out(actor, document_id)
    return _body(looked, document_id, published=published), 201


def _put_out(actor: Actor, document_id: int) -> bool:
    """Publish what was kept just now. Raises Forbidden for who may write and not publish."""
    if not allows(actor, Permission.CONTENT_PUBLISH):
        raise Forbidden()
    return documents.put_out(actor, document_id)


def _looked(file: FileStorage) -> Looked:
    """Look a package through; it takes its time: no transaction. Raises Invalid with every reason, TooLarge."""
    with file.stream as stream:
        looked = packages.receive(file.filename or "", stream)  # type: ignore[arg-type]  # reads, seeks and tells
    if looked.reasons:
        reasons = [say(reason) for reason in looked.reasons]
        raise Invalid(
            looked.reasons[0], code="refused_package", fields={"file": looked.reasons[0]}, details={"reasons": reasons}
        )
    return looked


def _wishes(query: dict[str, Any], looked: Looked) -> Wishes:
    wrong: dict[str, Text] = {}
    rule = Rule(query["rule"])
    if rule is Rule.SCORE and query["least"] is None:
        wrong["least"] = text("请写 0 到 100 的分数。")
    if not query["slug"].strip():
        wrong["slug"] = text("请给它一个地址，如 returns/speaking。")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    least = Fraction(query["least"], 100) if rule is Rule.SCORE else None
    assert looked.manifest is not None
    return Wishes(
        slug=query["slug"].strip(),
        title=query["title"] or looked.manifest.title[:LONGEST_TITLE],
        done_when=DoneWhen(rule=rule, least=least),
        attempts=query["attempts"],
        minutes=query["minutes"],
    )


def _body(looked: Looked, document_id: int | None, *, published: bool = False) -> dict[str, Any]:
    assert looked.manifest is not None
    card = content.cards([document_id])[document_id] if document_id is not None else None
    return {
        "title": looked.manifest.title,
        "edition": looked.manifest.edition,
        "parts": len(looked.manifest.scos),
        "files": looked.files,
        "notes": [say(note) for note in looked.notes],
        "document": f"{card.kind}:{card.slug}" if card else None,
        "published": published,
    }
