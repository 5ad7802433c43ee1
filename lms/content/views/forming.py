"""A document edited as a form: each act is a change of the text on the desk; nothing is saved yet."""

from typing import Any

from flask import after_this_request, jsonify, render_template, request
from werkzeug.wrappers import Response

from lms.content.form import Fields
from lms.content.kinds import kinds
from lms.content.queries import Work
from lms.content.views.desk import look_at
from lms.content.views.drawing import FORM, SOURCE, cookie, draw
from lms.content.views.editing import answer_of, page, refused
from lms.content.views.room import bp, number_of, text_sent, work_at
from lms.core.access import Permission
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.here import settings
from lms.core.i18n import say
from lms.web.auth import requires
from lms.web.shell import wants_json

YEAR = 365 * 24 * 3600  # seconds


@bp.post("/studio/<kind>/<path:slug>/form")
@requires(Permission.CONTENT_EDIT)
def form(kind: str, slug: str) -> str | Response | tuple[str, int] | tuple[Response, int]:
    """Do one act of the form (`do`, "" = only draw it) to the text that is sent along; a refusal changes nothing."""
    work = work_at(kind, slug)
    editor = kinds()[kind].form
    if editor is None:
        raise NotFound()
    base = number_of("base_revision")
    if request.args.get("view") in (FORM, SOURCE):
        after_this_request(_remember)
    try:
        source = text_sent(base)
    except DomainError as error:
        return refused(work, error, base)
    fields = Fields(request.form.to_dict(flat=False))
    try:
        applied = editor.apply(source, work.card.path, fields.get("do"), fields)
    except Invalid as error:
        open = None if editor.typed is None else editor.typed(source, work.card.path, fields)
        return _not_so(work, source, base, error, open)
    drawn = draw(work, applied.source, open=applied.open)
    changed = applied.source != source
    if not wants_json():
        return page(work, applied.source, saved=False, base=base, drawn=drawn)
    desk: dict[str, Any] = answer_of(work, look_at(work.card, applied.source)) if changed else {}
    html = render_template("lms/content/_form.html", drawn=drawn, work=work)
    return jsonify({"markdown": applied.source, "changed": changed, **desk, "form": html, "focus": applied.focus})


def _not_so(
    work: Work, source: str, base: int | None, error: Invalid, open: Any
) -> tuple[str, int] | tuple[Response, int]:
    """Show what was typed with the reason beside each field."""
    fields = {name: say(why) for name, why in error.fields.items()}
    drawn = draw(work, source, open=open, errors=fields)
    if wants_json():
        kept = {"form": render_template("lms/content/_form.html", drawn=drawn, work=work)} if open is not None else {}
        return jsonify({"error": say(error.message), "fields": fields, **kept}), error.status
    return page(work, source, saved=False, base=base, refusal=error, drawn=drawn), error.status


def _remember(response: Response) -> Response:
    """Keep in this browser which tab was chosen."""
    path = request.script_root or "/"
    secure = settings().secure_cookies
    response.set_cookie(cookie(), request.args["view"], max_age=YEAR, path=path, secure=secure, samesite="Lax")
    return response
