"""The front page of the knowledge base, with search."""

import logging

from flask import render_template, request, url_for
from sqlalchemy.exc import OperationalError

from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.kb import actions, queries
from lms.kb.rules import browsing, finding
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires

log = logging.getLogger("lms")

TAGS_SHOWN = 20


@bp.get("/kb")
@requires(Permission.LEARN)
def index() -> str:
    """Search, else browse by folder or tag, else the front page."""
    actor = current_actor()
    query = request.args.get("q", "").strip()[: finding.LONGEST_QUERY]
    if query:
        return _results(actor, query)
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
        base=url_for(".article", slug="~"),
    )


def _results(actor: Actor, query: str) -> str:
    hits = queries.search(actor, query)
    meant = finding.nearest_word(query, queries.names(actor)) if not hits else None
    log_search(actor, query, len(hits))
    return render_template(
        "lms/kb/results.html", query=query, hits=hits, meant=meant, base=url_for(".article", slug="~")
    )


def log_search(actor: Actor, query: str, hits: int) -> None:
    """Note the search; a database that is busy loses the note, never the answer."""
    try:
        with transaction():
            actions.note_search(actor, query, hits)
    except OperationalError as error:
        log.warning("a search was not noted: %s", error.orig)
