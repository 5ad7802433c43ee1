"""Banks of questions over `/api/v1`: a file in, a file out."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, File, Integer, List, String
from apiflask.validators import Length, OneOf
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.i18n import say
from lms.core.sheets.read import MOST_BYTES
from lms.quizzes.actions import importing
from lms.quizzes.actions.importing import INTO, NEW_BANK, NEW_QUIZ, Target
from lms.quizzes.api.room import bp
from lms.quizzes.importers.formats import FORMATS
from lms.quizzes.queries.banks_written import export as exported
from lms.quizzes.views.files import file_response
from lms.web.api import refusals
from lms.web.auth import current_actor, requires

_READ = [each.name for each in FORMATS.values() if each.reader]
_WRITTEN = [each.name for each in FORMATS.values() if each.writer]
_FILES = {
    each.media_type: {"schema": {"type": "string", "format": "binary"}} for each in FORMATS.values() if each.writer
}
_EXPORTED: Any = {200: {"description": "the file", "content": _FILES}, **refusals(404, 422)}


class ImportQuery(Schema):
    dry_run = Boolean(load_default=False, metadata={"description": "say what would happen; write nothing"})
    good_only = Boolean(load_default=False, metadata={"description": "import the good ones though others are refused"})
    keep_twins = Boolean(load_default=False, metadata={"description": "also what is there already, word for word"})
    format = String(load_default="", validate=OneOf(("", *_READ)), metadata={"description": "empty: what the file is"})
    into = String(load_default="", validate=Length(max=200), metadata={"description": "slug whose draft takes them"})
    new = String(load_default="", validate=Length(max=200), metadata={"description": "slug of a new document"})
    title = String(load_default="", validate=Length(max=120), metadata={"description": "of a new document"})
    use = String(load_default=NEW_BANK, validate=OneOf((NEW_BANK, NEW_QUIZ)))


class ImportFile(Schema):
    file = File(required=True)  # type: ignore[no-untyped-call]  # APIFlask gives its field no types


class ImportBody(Schema):
    format = String(required=True)
    questions = Integer(required=True, metadata={"description": "that can be taken"})
    duplicates = List(Dict(), required=True, metadata={"description": "where, likeness in per cent, document"})
    refused = List(Dict(), required=True, metadata={"description": "where, number, reason, text"})
    notes = List(String(), required=True)
    slug = String(required=True, allow_none=True, metadata={"description": "of the draft; null: nothing was written"})
    imported = Integer(required=True)


class ExportQuery(Schema):
    format = String(load_default="xlsx", validate=OneOf(_WRITTEN))


@bp.post("/quizzes/import")
@requires(Permission.CONTENT_EDIT)
@bp.input(ImportQuery, location="query")
@bp.input(ImportFile, location="files")
@bp.output(ImportBody)
@bp.doc(summary="Import a bank of questions into a draft, all or nothing", responses=refusals(400, 404, 409, 413, 422))
def import_bank(query_data: dict[str, Any], files_data: dict[str, Any]) -> dict[str, Any]:
    """Without `good_only` nothing is written while one question is refused; `slug` is then null."""
    sent: FileStorage = files_data["file"]
    name = sent.filename or ""
    plan = importing.plan(name, sent.stream.read(MOST_BYTES + 1), query_data["format"])
    rows = importing.kept(plan, () if query_data["keep_twins"] else None)
    done = None
    if not query_data["dry_run"] and (query_data["good_only"] or not plan.taken.refused):
        target = Target(
            kind=INTO if query_data["into"] else query_data["use"],
            title=query_data["title"] or plan.title,
            slug=query_data["into"] or query_data["new"],
        )
        pictures = importing.pictures_of(plan, rows)
        with transaction():
            done = importing.make(current_actor(), name, plan, rows, target, pictures)
    return importing.as_plain(plan, done, say)


@bp.get("/quizzes/<path:slug>/export")
@requires(Permission.CONTENT_EDIT)
@bp.input(ExportQuery, location="query")
@bp.doc(
    summary="The questions of a quiz or bank as a file",
    responses=_EXPORTED,
)
def export_bank(slug: str, query_data: dict[str, Any]) -> Response:
    """The header `X-Notes` counts what the format could not say."""
    found = exported([slug], query_data["format"])
    response = file_response(found.written.data, found.format.media_type, found.name)
    response.headers["X-Notes"] = str(len(found.written.notes))
    return response
