"""What rests on an article: courses, lessons, other articles, questions."""

from flask import render_template, url_for

from lms.content import queries as content
from lms.content.kinds import kinds
from lms.core.access import Permission
from lms.kb import queries
from lms.kb.rules import reading
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires

ORDER = ("lesson", "article", "task", "course", "curriculum", "quiz", "drill", "scorm")


@bp.get("/kb/<path:slug>/uses")
@requires(Permission.LEARN)
def uses(slug: str) -> str:
    """Its own page: the list can be long, and few readers ask for it."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    found = queries.uses(actor, opened.document_id)
    counts: dict[str, int] = {}
    for each in found:
        counts[each.kind] = counts.get(each.kind, 0) + (max(1, each.questions) if each.kind == "quiz" else 1)
    groups = [(kind, [(each, _address(each)) for each in found if each.kind == kind]) for kind in ORDER]
    return render_template(
        "lms/kb/uses.html",
        opened=opened,
        used=reading.used_by(counts),
        groups=[group for group in groups if group[1]],
    )


def _address(each: queries.User) -> str | None:
    known = kinds().get(each.kind)
    return url_for(known.open_endpoint, slug=each.slug) if known and known.open_endpoint else None
