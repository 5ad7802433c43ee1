"""One article as it is read."""

from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.assignments import queries as duties_queries
from lms.assignments.rules import CHANGE, Duty, Place, place_of
from lms.content import queries as content
from lms.content.kinds import kinds
from lms.content.sections import outline, shown_sections
from lms.content.show import Shower, shower
from lms.core.access import Permission
from lms.core.here import today
from lms.core.i18n import current_locale
from lms.core.markup import sentence
from lms.kb import queries
from lms.kb.queries import reviews
from lms.kb.rules import reading
from lms.kb.spec import ArticleSpec, DateKind
from lms.kb.views import looked
from lms.kb.views.keep_buttons import with_keep_buttons
from lms.kb.views.noting import log_opened
from lms.kb.views.room import bp
from lms.kb.views.voting import vote_form
from lms.web.auth import current_actor, requires

KEPT = ("on", "by", "from", "for")
"""What of an old address goes on to the new one."""


BODIES = 300
"""Texts of articles held in memory by one process, as they are shown."""
_bodies: dict[tuple[object, ...], Markup] = {}


@bp.get("/kb/<path:slug>")
@requires(Permission.LEARN)
def article(slug: str) -> str | Response:
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    here = url_for(".article", slug=opened.slug)
    if opened.slug != slug:
        asked_for = urlencode({name: request.args[name] for name in KEPT if name in request.args})
        return redirect(here + (f"?{asked_for}" if asked_for else ""), 301)
    apart = queries.apart(opened.compiled_sha)
    about = queries.about(actor, opened)
    show = shower([part.html for part in apart.shown])
    duties = duties_queries.own_duties(actor.id, opened.document_id, today())
    place = place_of(duties, opened.document_id)
    asked, wrong_day = asked_day() if request.query_string else (None, "")
    looked.note_view(actor, opened)
    if request.query_string:
        log_opened(actor, opened.document_id)
    return render_template(
        "lms/kb/article.html",
        show=show,
        opened=opened,
        spec=apart.spec,
        body=_body(opened, apart, show, about.kept, asked),
        vote=vote_form(opened.slug, about.solved, about.reason),
        entries=outline(apart.spec.sections),
        slots=apart.slots,
        shops=queries.shop_names(opened.shops),
        review=reading.review_of(opened.verified_until, apart.spec.about.review_days, today()),
        about=about,
        reviewer_here=reviews.waits_for(actor, opened),
        related=[lead for lead in show.leads if lead.kind == "article" and lead.address != here],
        place=place,
        ack=_acknowledged(about, opened, place, apart.spec, duties),
        going_on=url_for(".going_on", slug=opened.slug) if place else "",
        asked=asked,
        wrong_day=wrong_day,
        dated=apart.dated,
        day_kinds=day_kinds(apart.shown),
    )


def _body(
    opened: content.Opened, apart: queries.Apart, show: Shower, kept: frozenset[str], asked: reading.Asked | None
) -> Markup:
    """Return the text of the article for this reader: the same for all who may follow the same links and keep the same.

    Kept in memory, but for a text that shows files, where the reader's own place in a film is said.
    """
    if show.files.found:
        return _render_body(apart, show, kept, asked)
    own = kept & {script.key for script in apart.scripts}
    links = tuple(sorted(show.addresses.items()))
    key = (opened.compiled_sha, current_locale(), today(), links, own, asked)
    found = _bodies.get(key)
    if found is None:
        if len(_bodies) >= BODIES:
            _bodies.clear()
        found = _bodies[key] = _render_body(apart, show, own, asked)
    return found


def _render_body(apart: queries.Apart, show: Shower, kept: frozenset[str], asked: reading.Asked | None) -> Markup:
    intro, parts = shown_sections(apart.shown[0], apart.shown[1:], lambda html: with_keep_buttons(show(html), kept))
    return sentence(render_template("lms/kb/_body.html", intro=intro, groups=groups_of(parts, asked), asked=asked))


def asked_day() -> tuple[reading.Asked | None, str]:
    """Return the day for which the address asks what holds, or what it wrote instead of one."""
    on = request.args.get("on", "").strip()[:20]
    try:
        return reading.asked_of(on, request.args.get("by", "")), ""
    except ValueError:
        return None, on


def day_kinds(sections: Any) -> list[str]:
    """Return by which days of an order the sections are judged, in the order in which an order meets them."""
    used = {each.validity.judged_by for each in sections if each.validity}
    return [kind.value for kind in DateKind if kind in used]


def groups_of(parts: list[Any], asked: reading.Asked | None) -> list[dict[str, Any]]:
    """Return the sections in boxes: a dated one holds what is under it, everything else stands open."""
    groups: list[dict[str, Any]] = []
    inside: int | None = None
    for part in parts:
        validity = part.section.validity
        if inside is not None and part.level > inside:
            groups[-1]["parts"].append(part)
            continue
        inside = part.level if validity else None
        force = reading.force_of(validity, today()) if validity else None
        answer = reading.answer_for(validity, asked).value if validity and asked else ""
        groups.append({"force": force, "parts": [part], "answer": answer})
    return groups


@bp.get("/kb/<path:slug>/next")
@requires(Permission.LEARN)
def going_on(slug: str) -> Response:
    """Go on after an article was read as an item of a course: to its next item, else to the first screen.

    An address of its own, because finding the next item costs more than the rest of the article's page.
    """
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    place = place_of(duties_queries.duties_about(actor.id, opened.document_id, today()), opened.document_id)
    following = place.next if place is not None else None
    if place is not None and following is not None and following.item.container_id == place.duty.item.container_id:
        known = kinds().get(following.kind)
        if known and known.open_endpoint:
            return redirect(url_for(known.open_endpoint, slug=following.slug))
    return redirect(url_for("home.index"))


def _acknowledged(
    about: queries.About, opened: content.Opened, place: Place | None, spec: ArticleSpec, duties: list[Duty]
) -> dict[str, Any] | None:
    """Return what the reader is to confirm: None where nobody asks for it and nothing was ever confirmed.

    change: by when what has changed is to be confirmed, on its own page; asks: questions stand before it.
    """
    card = next((each for each in duties if each.is_card and not each.item.settled), None)
    owed = card is not None or (place is not None and not place.duty.item.settled)
    if place is None and about.done_at is None:
        return None
    stale = about.done_at is not None and about.confirmed_id != opened.revision_id
    changed = card is not None and card.goal_purpose == CHANGE
    return {"at": about.done_at, "stale": stale, "owed": owed, "change": changed, "asks": bool(spec.self_checks)}
