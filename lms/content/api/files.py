"""The files beside a document over `/api/v1`: listed, sent, taken away."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import File, Integer, List, Nested, String
from apiflask.validators import Length
from flask import url_for
from werkzeug.datastructures import FileStorage

from lms.content.attachments import actions, queries
from lms.content.attachments.rules import KIND_WORDS, folder_of, markdown_of, words_of
from lms.content.grammar.inline import relative
from lms.content.queries import Work
from lms.content.views.room import work_at
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires
from lms.web.limits import accepts

bp = APIBlueprint("files_api", __name__, url_prefix="/api/v1", tag="Files of documents")

PATH = 1_000


class NewFile(Schema):
    file = File(load_default=None)  # type: ignore[no-untyped-call]  # APIFlask gives its field no types


class FileLine(Schema):
    path = String(required=True)
    name = String(required=True)
    kind = String(required=True, metadata={"enum": list(KIND_WORDS)})
    size = Integer(required=True, metadata={"description": "bytes"})
    link = String(required=True, metadata={"description": "as the document's text names it"})
    markdown = String(required=True, metadata={"description": "what shows it in the text"})
    url = String(required=True, metadata={"description": "of its bytes"})


class FileAnswer(FileLine):
    """One file by itself."""


class FileList(Schema):
    items = List(Nested(FileLine), required=True)
    next = Integer(required=True, allow_none=True)


class GoneFile(Schema):
    path = String(required=True, validate=Length(min=1, max=PATH))


@bp.get("/documents/<kind>/<path:slug>/files")
@requires(Permission.CONTENT_EDIT)
@bp.output(FileList)
@bp.doc(summary="The files in the folder of a document", responses=refusals(404, 422))
def document_files(kind: str, slug: str) -> dict[str, Any]:
    work = work_at(kind, slug)
    return page([_line(work, row, words_of(row.path)) for row in queries.in_folder(_folder(work))], None)


@bp.post("/documents/<kind>/<path:slug>/files")
@requires(Permission.CONTENT_EDIT)
@accepts(lambda chosen: chosen.video_max_bytes)
@bp.input(NewFile, location="files", arg_name="sent")
@bp.output(FileAnswer, status_code=201)
@bp.doc(
    summary="Put a file beside a document; the same bytes in the same folder are the same file",
    responses=refusals(400, 404, 409, 413, 422),
)
def upload(kind: str, slug: str, sent: dict[str, Any]) -> dict[str, Any]:
    work = work_at(kind, slug)
    file: FileStorage | None = sent["file"]
    if file is None:
        reason = text("请先选一个文件。")
        raise Invalid(reason, fields={"file": reason})
    name = file.filename or ""
    with file.stream as stream:  # reading takes its time: no transaction
        received = actions.receive(name, stream)  # type: ignore[arg-type]  # IO[bytes], which has all that BinaryIO has
    with transaction():
        row = actions.attach(current_actor(), work.card.path, name, received)
        return _line(work, row, words_of(name))


@bp.post("/documents/<kind>/<path:slug>/files/remove")
@requires(Permission.CONTENT_EDIT)
@bp.input(GoneFile, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Take a file away that nothing shows", responses=refusals(404, 409, 422))
def remove_file(kind: str, slug: str, body: dict[str, Any]) -> tuple[str, int]:
    work = work_at(kind, slug)
    if body["path"].rpartition("/")[0] != _folder(work):
        raise NotFound()
    with transaction():
        actions.remove(current_actor(), body["path"])
    return "", 204


def _folder(work: Work) -> str:
    folder = folder_of(work.card.path)
    if isinstance(folder, Text):
        raise Invalid(folder)
    return folder


def _line(work: Work, row: Any, words: str) -> dict[str, Any]:
    link = relative(row.path, work.card.path)
    return {
        "path": row.path,
        "name": row.path.rpartition("/")[2],
        "kind": row.kind,
        "size": row.size,
        "link": link,
        "markdown": markdown_of(row.kind, words or say(KIND_WORDS[row.kind]), link),
        "url": url_for("content.file", path=row.path),
    }
