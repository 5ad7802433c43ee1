"""Writing a course: a new lesson beside it, and what the form's lists are filled with."""

import re
import unicodedata
from collections.abc import Sequence

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.content import actions
from lms.content import queries as content
from lms.content.form import Fields
from lms.content.grammar.front import file_language
from lms.content.queries import Card, Work
from lms.content.samples import sample
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.learning.form import course as course_form
from lms.learning.queries import linkable as choices
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.shell import wants_json

_NOT_IN_SLUG = re.compile(r"[\s?#%&\"'<>\\/:*|（）()，。、；：“”‘’！？《》【】\[\]`·.]+")
_LONGEST = 40


@bp.app_template_global()
def linkable(kinds: Sequence[str]) -> list[Card]:
    """Return what may be added to a course or a curriculum."""
    return choices.linkable(kinds)


@bp.post("/studio/course/<path:slug>/new-lesson")
@requires(Permission.CONTENT_EDIT)
def new_lesson(slug: str) -> Response | tuple[Response, int]:
    """Begin a lesson beside the course and link to it; the script gets its path, else the course is saved with it."""
    work = content.open_work("course", slug)
    source = request.form.get("markdown", "")
    asks = wants_json()
    title = " ".join(request.form.get("new-lesson", "").split())
    try:
        with transaction():
            card = _lesson(work, source, title)
            if not asks:
                _save(work, source, card)
    except DomainError as error:
        if not asks:
            raise
        return jsonify(error=say(error.message)), error.status
    if asks:
        return jsonify(path=card.path, title=title, edit=url_for("content.edit", kind="lesson", slug=card.slug))
    return redirect(url_for("content.edit", kind="course", slug=work.card.slug, view="form"), 303)


def _lesson(work: Work, source: str, title: str) -> Card:
    if not title:
        raise Invalid(text("请写新课时的标题。"), fields={"new-lesson": text("请写新课时的标题。")})
    actor = current_actor()
    written = sample("lesson", file_language(source), title=title, owner=actor.employee_no)
    made = actions.create(actor, "lesson", _slug(work, title), written)
    return content.cards([made.document_id])[made.document_id]


def _save(work: Work, source: str, card: Card) -> None:
    values = Fields({"add-path": [card.path], "add-title": [card.title]})
    added = course_form.apply(source.replace("\r\n", "\n"), work.card.path, "add", values)
    base = whole(request.form.get("base_revision"))
    actions.save_draft(current_actor(), work.card.document_id, base, added.source, "")


def _slug(work: Work, title: str) -> str:
    """Return an address beside the course, with the next free number before the title."""
    folder = work.card.slug.rpartition("/")[0]
    name = _NOT_IN_SLUG.sub("-", unicodedata.normalize("NFKC", title)).strip("-").lower()[:_LONGEST] or "lesson"
    start = f"{folder}/" if folder else ""
    taken = {card.slug.rpartition("/")[2] for card in choices.linkable(("lesson",)) if card.slug.startswith(start)}
    numbers = [int(each[:2]) for each in taken if each[:2].isdigit() and each[:2].isascii()]
    return f"{start}{max(numbers, default=0) + 1:02d}-{name}"
