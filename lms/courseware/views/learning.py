"""What learners see of packages: the room, the first page of one, its player."""

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.assignments.rules import Duty
from lms.content.kinds import kind_of
from lms.content.show import show
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import say
from lms.core.points import decimal_text, percent
from lms.courseware.actions import studying
from lms.courseware.queries import studying as queries
from lms.courseware.queries.studying import Tried
from lms.courseware.views.room import bp
from lms.courseware.views.serving import address_of
from lms.courseware.words import STATUS_WORDS, done_when_words
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.shell import POLICY


@bp.get("/courseware")
@requires(Permission.LEARN)
def index() -> str:
    return render_template(
        "lms/courseware/index.html", listed=queries.room(current_actor()), statuses=STATUS_WORDS, score=score
    )


@bp.get("/courseware/<path:slug>")
@requires(Permission.LEARN)
def intro(slug: str) -> str | Response:
    actor = current_actor()
    found = queries.intro(actor, slug)
    if found.slug != slug:
        return redirect(url_for(".intro", slug=found.slug), 301)
    return render_template(
        "lms/courseware/intro.html",
        page=found,
        rule=done_when_words(found.spec.done_when),
        statuses=STATUS_WORDS,
        score=score,
        show=show,
        following_href=_page_of(found.following),
        sees_others=allows(actor, Permission.REPORT_READ),
    )


def _page_of(duty: Duty | None) -> str:
    """Return the page on which a duty is done, "" without one."""
    endpoint = kind_of(duty.kind).open_endpoint if duty is not None else None
    return url_for(endpoint, slug=duty.slug) if endpoint and duty is not None else ""


@bp.post("/courseware/<path:slug>/start")
@requires(Permission.LEARN)
def start(slug: str) -> Response:
    """Begin, go on or look again, at one part; whoever may not is told why on the first page. part: from 0. again"""
    actor = current_actor()
    try:
        with transaction():
            attempt = studying.start(actor, slug, again=request.form.get("again") == "1")
            place = whole(request.form.get("part", "")) or 0
            opening = studying.open_part(actor, attempt.public_id, place)
    except Conflict as refused:
        flash(say(refused.message), "warn")
        return redirect(url_for(".intro", slug=slug), 303)
    return redirect(url_for(".play", course_attempt=opening.attempt_id, course_part=opening.place), 303)


@bp.get("/courseware-play/<course_attempt>/<course_part>")
@requires(Permission.LEARN)
def play(course_attempt: str, course_part: str) -> Response:
    """Show one part. Looking opens nothing: shown again, it is the same opening."""
    place = whole(course_part)
    if place is None:
        raise NotFound()
    found = queries.played(current_actor(), course_attempt, place)
    if found.origin:
        address = f"{found.origin}{url_for('.frame', course_key=found.key)}"
        source = f"{found.origin}{url_for('.file', course_key=found.key, member='')} {address}"
    else:
        address = address_of(found.key, found.sco.path, found.sco.query)
        source = f"{request.host}{url_for('.file', course_key=found.key, member='')}"
    page = make_response(
        render_template(
            "lms/courseware/play.html",
            page=found,
            address=address,
            sandbox=f"allow-scripts allow-forms allow-modals{' allow-same-origin' if found.origin else ''}",
        )
    )
    # The frame may go from page to page within the package, and nowhere else: to no other site, to no page of ours.
    page.headers["Content-Security-Policy"] = f"{POLICY}; frame-src {source}"
    return page


def score(attempt: Tried) -> str:
    """Return the score of an attempt out of 100: "87.5", "" without one."""
    if attempt.earned is None:
        return ""
    return decimal_text(percent(attempt.earned, attempt.possible or 1), 1)
