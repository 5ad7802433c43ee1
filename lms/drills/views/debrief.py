"""The debrief of a run: the own rating first, then the score, the conversation, its turning points, practice."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.show import shower
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.i18n import say
from lms.core.points import decimal_text
from lms.drills.actions import rating, running
from lms.drills.blueprint import bp
from lms.drills.queries import ended, reviews
from lms.drills.queries.debriefing import Debrief, debrief
from lms.drills.queries.ended import ENDED, Gone, Head
from lms.drills.rules.score import Result
from lms.drills.rules.turning import Why
from lms.drills.rules.verdict import verdict
from lms.web.auth import current_actor, requires

RATINGS = tuple(range(rating.LEAST, rating.MOST + 1))


@bp.get("/runs/<run_id>/debrief", endpoint="debrief")
@requires(Permission.LEARN)
def debrief_page(run_id: str) -> str | Response:
    """Show the debrief; nothing of a score before the person has rated himself or put it off."""
    actor = current_actor()
    head = ended.head(actor, run_id)
    if head.state != ENDED:
        if head.own:
            return redirect(url_for(".play", run_id=run_id))
        return render_template("lms/drills/not_over.html", head=head)
    if head.sealed:
        return _form(head)
    return _debrief(actor, head)


@bp.post("/runs/<run_id>/self-rating")
@requires(Permission.LEARN)
def rate(run_id: str) -> str | Response | tuple[str, int]:
    """Keep the own rating, or that it is put off."""
    actor = current_actor()
    head = ended.head(actor, run_id)
    dimensions, asks = ended.asked(head)
    try:
        with transaction():
            if "later" in request.form:
                rating.put_off(actor, run_id)
            else:
                given = {name: _number(f"rating-{place}") for place, name in enumerate(dimensions)}
                answers = [(ask, request.form.get(f"answer-{place}", "")) for place, ask in enumerate(asks)]
                rating.rate(actor, run_id, given, answers, dimensions=dimensions)
    except Invalid as refused:
        return _form(head, refused), refused.status
    return redirect(url_for(".debrief", run_id=run_id), 303)


@bp.get("/runs/<run_id>/self-rating")
@requires(Permission.LEARN)
def rate_again(run_id: str) -> str | Response:
    """Give the rating that was put off."""
    head = ended.head(current_actor(), run_id)
    if not head.own or head.state != ENDED or head.rating.get("ratings"):
        return redirect(url_for(".debrief", run_id=run_id))
    return _form(head)


@bp.post("/runs/<run_id>/retry")
@requires(Permission.LEARN)
def retry(run_id: str) -> Response:
    """Practise again from a scene of an own run; it counts for nothing."""
    actor = current_actor()
    head = ended.head(actor, run_id)
    try:
        with transaction():
            started = running.start(actor, head.slug, retry_of=run_id, scene=request.form.get("scene", ""))
    except Conflict as refused:
        flash(say(refused.message), "warn")
        return redirect(url_for(".debrief", run_id=run_id), 303)
    return redirect(url_for(".play", run_id=started.public_id), 303)


def _form(head: Head, refused: Invalid | None = None) -> str:
    dimensions, asks = ended.asked(head)
    return render_template(
        "lms/drills/self_rating.html",
        head=head,
        dimensions=dimensions,
        asks=asks,
        ratings=RATINGS,
        refused=refused,
        given=request.form if refused else {},
    )


def _debrief(actor: Actor, head: Head) -> str:
    gone = ended.gone_of(head.id, head.frozen, head.revisions)
    found = debrief(actor, head, gone)
    return render_template("lms/drills/debrief.html", **shared(actor, head, gone, found))


def shared(actor: Actor, head: Head, gone: Gone, found: Debrief) -> dict[str, Any]:
    """Return what the debrief and the page of its reviewer show."""
    assert head.whole is not None
    scored = reviews.scorings(head.id, head.person_id, head.public_id)
    return {
        "head": head,
        "found": found,
        "verdict": verdict(found.drills, head.lanes, head.whole),
        "show": shower(found.pieces),
        "own": head.own,
        "ratings": head.rating.get("ratings", {}),
        "answers": head.rating.get("answers", ()),
        "scored": scored,
        "review": reviews.review_of(head.id),
        "score": score,
        "why": WHYS,
        "turn_at": {turn.turning.seq: turn for turn in found.turns},
        "may_review": not head.own and allows(actor, Permission.DRILL_REVIEW),
        "lane_score": lane_score(head),
        "scenes": {turn.turning.seq: turn.turning.scene.name for turn in found.turns if turn.turning.lane == 0},
        "mended": gone.now is not gone.then,
        "erased": gone.counted is None,
    }


WHYS = {each.name: each.value for each in Why}


def score(value: Any) -> str:
    """Return a score of 0..100 for people."""
    return decimal_text(value, 1)


def lane_score(head: Head) -> Mapping[int, Result]:
    """Return the result of each conversation of several."""
    return dict(enumerate(head.lanes)) if len(head.lanes) > 1 else {}


def _number(name: str) -> int:
    given = request.form.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 3 else 0
