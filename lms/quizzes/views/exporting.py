"""Quizzes and banks as files: Excel, GIFT, Moodle XML and what else can be written."""

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.errors import DomainError
from lms.core.i18n import say
from lms.quizzes.importers.formats import FORMATS
from lms.quizzes.queries.banks_known import receivers
from lms.quizzes.queries.banks_written import export
from lms.quizzes.views.files import file_response
from lms.quizzes.views.room import bp
from lms.web.auth import requires

SHOWN = 200


@bp.get("/bank/export")
@requires(Permission.CONTENT_EDIT)
def bank_export() -> str | Response | tuple[str, int]:
    """Give the file; where the format can't say all of it, say first what is missing. Without a format: choose one.

    `?quiz=` slug, several times for several, none for all; `?format=`; `?anyway` the file whatever is missing.
    """
    slugs = [slug for slug in request.args.getlist("quiz") if slug]
    format = request.args.get("format", "")
    if not format:
        return _page(slugs)
    try:
        found = export(slugs or None, format)
    except DomainError as error:
        return _page(slugs, error=say(error.message)), error.status
    if found.written.notes and "anyway" not in request.args:
        return _page(slugs, found=found)
    return file_response(found.written.data, found.format.media_type, found.name)


def _page(slugs: list[str], **more: Any) -> str:
    return render_template(
        "lms/quizzes/export.html",
        receivers=receivers(),
        chosen=slugs,
        formats=[each for each in FORMATS.values() if each.writer],
        format=request.args.get("format") or "xlsx",
        shown=SHOWN,
        **more,
    )
