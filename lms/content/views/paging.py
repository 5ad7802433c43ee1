"""Pages of files: their pictures and their words for readers; making the pictures, step by step, for authors."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.attachments import queries
from lms.content.attachments.jobs import make_pages
from lms.content.attachments.pages import FURTHER, PICTURE_TYPE
from lms.content.attachments.reading import MAKING
from lms.content.attachments.rules import PDF, SLIDES, words_of
from lms.content.views.files import served
from lms.content.views.room import bp
from lms.core.access import Permission
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.web.auth import current_actor, requires, safe_next
from lms.web.shell import wants_json


@bp.get("/files/<path:path>/pages/<int:number>")
@requires(Permission.LEARN)
def file_page(path: str, number: int) -> Response:
    """Give the picture of a page, a slide or a film (0) to whoever may see the file."""
    row = queries.seen_by(current_actor(), path)
    page = queries.page(row.id, number)
    if page is None or page.sha is None:
        raise NotFound()
    name = f"{words_of(path)}-{number}.webp"
    return served(page.sha, PICTURE_TYPE, name=name)


@bp.get("/files/<path:path>/words")
@requires(Permission.LEARN)
def file_words(path: str) -> str:
    """What is written on the pages of a file, for those who can't see them and for a slow line."""
    row = queries.seen_by(current_actor(), path)
    if row.kind not in (PDF, SLIDES):
        raise NotFound()
    pages = [page for page in queries.pages([row.id])[row.id] if 0 < page.number < FURTHER]
    return render_template("lms/content/words.html", row=row, title=words_of(path), pages=pages)


@bp.post("/studio/files/<int:attachment_id>/pages")
@requires(Permission.CONTENT_EDIT)
def draw_pages(attachment_id: int) -> Response:
    """Draw pages for about a second and say how far it is. The page asks again until all are there."""
    done = make_pages(attachment_id)
    if wants_json():
        return jsonify({"made": done.made, "total": done.total, "state": done.state})
    if done.state == MAKING:
        flash(_("已完成 %(made)s/%(total)s 页，再按一次继续。", made=done.made, total=done.total), "ok")
    return redirect(safe_next(request.form.get("next")) or url_for(".index"), 303)
