"""The front page of the knowledge base, with search."""

from flask import render_template, request, url_for

from lms.core.access import Permission
from lms.kb import queries
from lms.kb.rules import asking, browsing
from lms.kb.views import looked
from lms.kb.views.room import bp
from lms.kb.views.searching import results
from lms.web.auth import current_actor, requires

TAGS_SHOWN = 20


@bp.get("/kb")
@requires(Permission.LEARN)
def index() -> str:
    """Search, else browse by folder or tag, else the front page."""
    actor = current_actor()
    query = request.args.get("q", "").strip()[: asking.LONGEST_QUERY]
    if query:
        return results(actor, query)
    every = queries.articles(actor)
    pairs = [(each.slug, each.tags) for each in every]
    folders = browsing.categories(pairs)
    folder, tag = request.args.get("folder"), request.args.get("tag", "")
    chosen = None
    if folder is not None:
        chosen = [each for each in every if each.slug.rpartition("/")[0] == folder]
    elif tag:
        chosen = [each for each in every if tag in each.tags]
    return render_template(
        "lms/kb/index.html",
        query="",
        folders=folders,
        tags=browsing.tag_counts(pairs, TAGS_SHOWN),
        folder=folder,
        tag=tag,
        name=next((each.name for each in folders if each.folder == folder), tag),
        chosen=sorted(chosen, key=lambda each: each.title) if chosen is not None else None,
        recent=every[: queries.RECENT],
        count=len(every),
        kept=queries.favourites(actor) if chosen is None else [],
        seen=queries.recents(actor, looked.buffer().of(actor.id)) if chosen is None else [],
        base=url_for(".article", slug="~"),
    )
