"""Keeping an article or a 话术 at hand."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.kb import actions, queries
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires, safe_next


@bp.post("/kb/<path:slug>/favourite")
@requires(Permission.LEARN)
def favourite(slug: str) -> Response:
    """Keep or let go of what the pressed button names: `keep` or `drop` with the key of a 话术, "" for the article."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    anchor = None
    if "drop" in request.form:
        key = request.form["drop"][:16]
        with transaction():
            actions.let_go(actor, opened.document_id, key)
    else:
        key = request.form.get("keep", "")
        script = next((each for each in queries.apart(opened.compiled_sha).scripts if each.key == key), None)
        if key and script is None:
            raise NotFound()
        with transaction():
            actions.keep(actor, opened.document_id, key)
        anchor = script.anchor if script else None
    back = safe_next(request.form.get("back"))
    return redirect(back or url_for(".article", slug=opened.slug, _anchor=anchor or None))
