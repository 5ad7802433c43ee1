"""The files beside a document: listed, sent, taken away, and served to whoever may read what shows them."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from lms.content.attachments import actions, queries
from lms.content.attachments.rules import (
    KIND_WORDS,
    PICTURE,
    SVG,
    folder_of,
    markdown_of,
    words_of,
)
from lms.content.grammar.inline import relative
from lms.content.queries import Work
from lms.content.views.room import at, bp, work_at
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid, NotFound
from lms.core.here import settings
from lms.core.i18n import _, ngettext, say
from lms.core.texts import Text, text
from lms.web.auth import current_actor, requires
from lms.web.limits import accepts
from lms.web.shell import wants_json
from lms.web.stored import stored

_MOST_AT_ONCE = 20
_POLICY = "default-src 'none'; sandbox"
_POLICIES = {
    SVG.media_type: "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "video/mp4": "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'",
    "video/webm": "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'",
    "audio/mp4": "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'",
}


@bp.get("/studio/<kind>/<path:slug>/files")
@requires(Permission.CONTENT_EDIT)
def files(kind: str, slug: str) -> str | Response:
    work = work_at(kind, slug)
    if work.card.slug != slug:
        return redirect(at("files", work), 301)
    if wants_json():
        return jsonify(files=[_plain(work, row, words_of(row.path)) for row in queries.in_folder(_folder(work))])
    return _page(work)


@bp.post("/studio/<kind>/<path:slug>/files")
@requires(Permission.CONTENT_EDIT)
@accepts(lambda chosen: chosen.video_max_bytes)
def upload(kind: str, slug: str) -> str | Response | tuple[str, int] | tuple[Response, int]:
    """Put files beside the document. A script gets JSON: path, link, markdown, kind, name of the first, and all."""
    work = work_at(kind, slug)
    sent = [each for each in request.files.getlist("file") if each.filename]
    added: list[dict[str, Any]] = []
    try:
        if not sent:
            raise Invalid(text("请先选一个文件。"))
        if len(sent) > _MOST_AT_ONCE:
            raise Invalid(text("一次最多传 %(n)s 个文件。", n=_MOST_AT_ONCE))
        for each in sent:
            added.append(_take(work, each))
    except DomainError as error:
        if wants_json():
            return jsonify({"error": say(error.message), "code": error.code, "files": added}), error.status
        return _page(work, error=error), error.status
    if wants_json():
        return jsonify({**added[0], "files": added})
    count = len(added)
    flash(ngettext("已上传 %(n)s 个文件。", "已上传 %(n)s 个文件。", count) % {"n": count}, "ok")
    return redirect(at("files", work), 303)


def _take(work: Work, sent: FileStorage) -> dict[str, Any]:
    """Read one file, keep it, write its row; return what a script inserts. Reading takes its time: no transaction."""
    name = sent.filename or ""
    with sent.stream as stream:
        received = actions.receive(name, stream)  # type: ignore[arg-type]  # IO[bytes], which has all that BinaryIO has
    with transaction():
        row = actions.attach(current_actor(), work.card.path, name, received)
        return _plain(work, row, words_of(name))


def _plain(work: Work, row: Any, words: str) -> dict[str, Any]:
    link = relative(row.path, work.card.path)
    return {
        "path": row.path,
        "link": link,
        "kind": row.kind,
        "markdown": markdown_of(row.kind, words or say(KIND_WORDS[row.kind]), link),
        "name": row.path.rpartition("/")[2],
        "size": row.size,
        "address": url_for("content.file", path=row.path),
        "width": row.facts.get("width", 0),
        "height": row.facts.get("height", 0),
    }


@bp.post("/studio/<kind>/<path:slug>/files/remove")
@requires(Permission.CONTENT_EDIT)
def remove_file(kind: str, slug: str) -> Response | tuple[str, int]:
    """Take a file away that nothing shows."""
    work = work_at(kind, slug)
    path = request.form.get("path", "")
    try:
        if not path:
            raise Invalid(text("请先选一个文件。"))
        if path.rpartition("/")[0] != _folder(work):
            raise NotFound()
        with transaction():
            actions.remove(current_actor(), path)
    except (Invalid, Conflict) as error:
        return _page(work, error=error), error.status
    flash(_("已删除 %(name)s。", name=path.rpartition("/")[2]), "ok")
    return redirect(at("files", work), 303)


def _folder(work: Work) -> str:
    folder = folder_of(work.card.path)
    if isinstance(folder, Text):
        raise Invalid(folder)
    return folder


def _page(work: Work, *, error: DomainError | None = None) -> str:
    folder = _folder(work)
    rows = queries.in_folder(folder)
    return render_template(
        "lms/content/files.html",
        work=work,
        folder=folder,
        files=[(row, _plain(work, row, words_of(row.path))) for row in rows],
        uses=queries.uses([row.path for row in rows]),
        kinds=KIND_WORDS,
        error=error,
        most=settings().upload_max_bytes // 1_000_000,
        most_video=settings().video_max_bytes // 1_000_000,
    )


@bp.get("/files/<path:path>")
@requires(Permission.LEARN)
def file(path: str) -> Response:
    """Give the bytes to whoever may read a document that shows them, or writes; the unseen is as what is not there."""
    row = queries.seen_by(current_actor(), path)
    return served(
        row.sha,
        row.media_type,
        name=path.rpartition("/")[2],
        download="download" in request.args or row.kind not in (PICTURE, "video", "audio"),
    )


def served(sha: bytes, media_type: str, *, name: str, download: bool = False) -> Response:
    """Return kept bytes, or the one part of them that was asked for, with what a page of this kind may do.

    Raises NotFound where the bytes are gone.
    """
    response = stored(sha, media_type, name=name, download=download)
    response.headers["Content-Security-Policy"] = _POLICIES.get(media_type, _POLICY)
    return response
