"""The categories: who approves what is written in one, and whether its pages carry the reader's name."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.actions import reviewing as acts
from lms.content.queries import reviewing
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.i18n import gettext as _
from lms.kb import queries
from lms.kb.rules import browsing
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole


@bp.get("/kb/care/categories")
@requires(Permission.CONTENT_PUBLISH)
def categories() -> str:
    named = browsing.categories((each.slug, each.tags) for each in queries.articles(current_actor()))
    return render_template(
        "lms/kb/categories.html",
        categories=reviewing.categories(),
        names={each.folder: each.name for each in named},
        reviewers=reviewing.possible_reviewers(),
    )


@bp.post("/kb/care/categories")
@requires(Permission.CONTENT_PUBLISH)
def set_categories() -> Response:
    """Keep what the form says of each category that it holds; a field that is not in it changes nothing."""
    actor = current_actor()
    may = {each.id for each in reviewing.possible_reviewers()}
    with transaction():
        for each in reviewing.categories():
            chosen = request.form.get(f"reviewer:{each.folder}")
            if chosen is None:
                continue
            asked = whole(chosen)
            stays = each.reviewer.id if each.reviewer else None
            acts.set_category(
                actor,
                each.folder,
                asked if asked in may or asked == stays else None,
                watermark=request.form.get(f"watermark:{each.folder}") == "1",
            )
    flash(_("已保存。"), "ok")
    return redirect(url_for(".categories"))
