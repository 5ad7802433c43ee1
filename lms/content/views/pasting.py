"""Rich text from the clipboard: the page's script sends its HTML and puts the Markdown that comes back at the caret."""

from flask import jsonify, request
from werkzeug.wrappers import Response

from lms.content.attachments import actions as attachments
from lms.content.attachments.rules import PICTURE, markdown_of
from lms.content.grammar.inline import relative
from lms.content.importers.html import read
from lms.content.importers.markdown import written
from lms.content.importers.pieces import LeftOut, Picture
from lms.content.queries import Work
from lms.content.views.room import bp, number_of, work_at
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.web.auth import current_actor, requires

MOST_PICTURES = 20
"""Pictures of one paste that are kept; each is read in a process of its own."""


@bp.post("/studio/<kind>/<path:slug>/paste")
@requires(Permission.CONTENT_EDIT)
def paste(kind: str, slug: str) -> Response | tuple[Response, int]:
    """Answer a page's HTML with its Markdown. Pictures that came along are put beside the document; no text is kept.

    top: the level of the highest heading, 2 when it is not said; below a heading of the form it is deeper.
    """
    work = work_at(kind, slug)
    try:
        if work.card.state == "archived":
            raise Conflict(text("这份内容已归档，只能看。要改请先恢复。"))
        found = read(_sent())
        links = _keep(work, found.pictures)
    except DomainError as error:
        return jsonify(error=say(error.message)), error.status
    lost = LeftOut(pictures=found.left_out.pictures + len(found.pictures) - len(links), objects=found.left_out.objects)
    return jsonify(
        markdown=written(found.pieces, links, top=min(6, number_of("top") or 2)),
        left_out={"pictures": lost.pictures, "objects": lost.objects},
        notice=" ".join(say(each) for each in told(lost)),
    )


def told(lost: LeftOut) -> list[Text]:
    """Return what has to be said about what did not come along."""
    found = []
    if lost.pictures:
        found.append(text("有 %(n)s 张图片没有带过来，请另存后拖进来。", n=lost.pictures))
    if lost.objects:
        found.append(text("有 %(n)s 个视频或卡片没有带过来。", n=lost.objects))
    return found


def _sent() -> str:
    """Return the HTML. As a file it may be larger than a field of a form: pictures are part of it."""
    sent = request.files.get("html")
    if sent is None:
        html = request.form.get("html", "")
    else:
        with sent.stream as stream:
            html = stream.read().decode("utf-8", "replace")
    if not html.strip():
        raise Invalid(text("没有收到要粘贴的内容，请再试一次。"))
    return html


def _keep(work: Work, pictures: tuple[Picture, ...]) -> dict[int, str]:
    """Return the Markdown of each picture that could be kept; one that can't be read is told of as left out."""
    links = {}
    for number, picture in enumerate(pictures[:MOST_PICTURES]):
        words = picture.words or work.card.title
        try:
            received = attachments.receive(f"{words}.{picture.suffix}", picture.data)
            if received.kind != PICTURE:
                continue
            with transaction():
                row = attachments.attach(current_actor(), work.card.path, received.name, received)
                links[number] = markdown_of(PICTURE, picture.words or words, relative(row.path, work.card.path))
        except DomainError:
            continue
    return links
