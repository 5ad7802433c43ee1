"""The room of the drills and the first page of one: what is played, by what it is judged, one button to begin."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.content.show import show
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.i18n import say
from lms.core.points import decimal_text, percent
from lms.drills.actions import running
from lms.drills.blueprint import bp
from lms.drills.queries import room
from lms.drills.queries.room import PastRun
from lms.drills.rules.pass_words import pass_words
from lms.web.auth import current_actor, requires


@bp.get("/drills")
@requires(Permission.LEARN)
def index() -> str:
    return render_template("lms/drills/index.html", page=room.room(current_actor()), score=score)


@bp.get("/drills/<path:slug>")
@requires(Permission.LEARN)
def intro(slug: str) -> str | Response:
    actor = current_actor()
    found = room.intro(actor, slug)
    if found.slug != slug:
        return redirect(url_for(".intro", slug=found.slug), 301)
    return render_template(
        "lms/drills/intro.html",
        page=found,
        drill=found.drill,
        passes=pass_words(found.drill.passes),
        weights=sum(each.weight for each in found.drill.dimensions),
        score=score,
        show=show,
        sees_others=room.sees_others(actor),
    )


@bp.post("/drills/<path:slug>/runs")
@requires(Permission.LEARN)
def start(slug: str) -> Response:
    """Begin, or go on; whoever may not is told why on the drill's first page."""
    try:
        with transaction():
            started = running.start(current_actor(), slug)
    except Conflict as refused:
        flash(say(refused.message), "warn")
        return redirect(url_for(".intro", slug=slug), 303)
    return redirect(url_for(".play", run_id=started.public_id), 303)


def score(run: PastRun) -> str:
    """Return the score of a run out of 100: "87.5"."""
    return decimal_text(percent(run.earned or 0, run.possible or 1), 1)
