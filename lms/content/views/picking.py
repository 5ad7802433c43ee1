"""Finding a document to link to, for the editor's own script."""

from flask import jsonify, request
from werkzeug.wrappers import Response

from lms.content.forms import KIND_NAMES
from lms.content.kinds import kinds
from lms.content.queries.picking import pick
from lms.content.views.room import bp
from lms.core.access import Permission
from lms.core.i18n import say
from lms.web.auth import requires

LONGEST = 100  # characters that are looked for


@bp.get("/studio/pick")
@requires(Permission.CONTENT_EDIT)
def pick_document() -> Response:
    """Answer `?q=` with documents by title or address; `&kind=` (several allowed) keeps to these kinds."""
    names = [name for name in request.args.getlist("kind") if name in kinds()]
    found = pick(request.args.get("q", "")[:LONGEST], names)
    return jsonify(
        items=[
            {
                "path": each.card.path,
                "kind": each.card.kind,
                "kind_word": say(KIND_NAMES[each.card.kind]),
                "slug": each.card.slug,
                "title": each.card.title,
                "minutes": each.card.minutes,
                "state": each.card.state,
                "sections": [{"title": place.title, "anchor": place.anchor} for place in each.sections],
            }
            for each in found
        ]
    )
