"""One article as it is read."""

from itertools import islice
from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.assignments import queries as duties_queries
from lms.assignments.rules import Place, place_of
from lms.content import queries as content
from lms.content.kinds import kinds
from lms.content.sections import outline, shown_sections
from lms.content.show import shower
from lms.core.access import Actor, Permission
from lms.core.here import today
from lms.kb import queries
from lms.kb.rules import reading
from lms.kb.spec import ArticleSpec
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires

BACKLINKS_SHOWN = 6
RESTING = frozenset({"lesson", "course", "task"})


@bp.get("/kb/<path:slug>")
@requires(Permission.LEARN)
def article(slug: str) -> str | Response:
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    if opened.slug != slug:
        return redirect(url_for(".article", slug=opened.slug), 301)
    spec: ArticleSpec = content.spec(opened)
    show = shower([spec.intro.html, *(section.html for section in spec.sections)])
    intro, parts = shown_sections(spec.intro, spec.sections, show)
    place = place_of(duties_queries.duties_about(actor.id, opened.document_id, today()), opened.document_id)
    near = queries.neighbours(actor, opened.document_id)
    return render_template(
        "lms/kb/article.html",
        show=show,
        opened=opened,
        spec=spec,
        intro=intro,
        groups=_groups(parts),
        entries=outline(spec.sections),
        shops=queries.shop_names(opened.shops),
        review=reading.review_of(opened.verified_until, spec.about.review_days, today()),
        change=queries.last_change(opened.revision_id),
        related=[each for each in near if each.kind == "article" and each.outward],
        shown_backlinks=_readers(near),
        backward=[each for each in near if each.kind == "article" and not each.outward],
        used=reading.used_by(_counts(near)),
        base=url_for(".article", slug="~"),
        place=place,
        ack=_acknowledged(actor, opened, place),
        going_on=_going_on(place),
    )


def _groups(parts: list[Any]) -> list[dict[str, Any]]:
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
        groups.append({"force": force, "parts": [part]})
    return groups


def _readers(near: list[queries.Neighbour]) -> list[tuple[queries.Neighbour, str]]:
    """Return the first lessons, courses and tasks that rest on the article, each with its address."""
    found = ((each, _href(each)) for each in near if not each.outward and each.kind in RESTING)
    return list(islice(((each, href) for each, href in found if href is not None), BACKLINKS_SHOWN))


def _counts(near: list[queries.Neighbour]) -> dict[str, int]:
    """Return what rests on the article: a quiz by its questions, all else by documents."""
    counts: dict[str, int] = {}
    for each in near:
        if not each.outward and each.kind != "article":
            counts[each.kind] = counts.get(each.kind, 0) + (max(1, each.parts) if each.kind == "quiz" else 1)
    return counts


def _href(each: queries.Neighbour) -> str | None:
    known = kinds().get(each.kind)
    return url_for(known.open_endpoint, slug=each.slug) if known and known.open_endpoint else None


def _going_on(place: Place | None) -> str:
    """Return where to go after the article was read as an item of a course: its next item, else the first screen."""
    if place is None:
        return ""
    following = place.next
    if following is not None and following.item.container_id == place.duty.item.container_id:
        known = kinds().get(following.kind)
        if known and known.open_endpoint:
            return url_for(known.open_endpoint, slug=following.slug)
    return url_for("home.index")


def _acknowledged(actor: Actor, opened: content.Opened, place: Place | None) -> dict[str, Any] | None:
    """Return what the reader is to confirm: None where nobody asks for it and nothing was ever confirmed."""
    standing = queries.standing(actor.id, opened.document_id)
    at = standing.last_done_at if standing is not None and standing.state == "done" else None
    same = standing is not None and standing.confirmed_revision_id == opened.revision_id
    owed = place is not None and not place.duty.item.settled
    if place is None and at is None:
        return None
    return {"at": at, "stale": at is not None and not same, "owed": owed}
