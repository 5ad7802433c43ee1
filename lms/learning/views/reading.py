"""The lesson page: text, place, self-checks, end of reading."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.assignments import queries as duties_queries
from lms.assignments.rules import Duty, place_of
from lms.content import queries as content
from lms.content.grammar.document import SectionSpec
from lms.content.kinds import kinds
from lms.content.sections import Outlined, outline, shown_sections
from lms.content.show import shower
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import day_of, today
from lms.core.i18n import _, say
from lms.core.texts import Text
from lms.learning import queries
from lms.learning.actions import reading as actions
from lms.learning.forms import number
from lms.learning.rules import plan
from lms.learning.rules.checks import Check, check_name, check_of, html_of, order_of, states_of
from lms.learning.rules.reading import minutes_left
from lms.learning.spec.lesson import LessonSpec
from lms.learning.views.room import bp
from lms.questions.filled import value_of
from lms.questions.rules.answers import read_answer
from lms.web.auth import current_actor, requires, safe_next
from lms.web.numbers import whole

CHECK_ANCHOR = "self-check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    anchor: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneBefore:
    """stale: something newer than what was read is published."""

    at: datetime
    stale: bool


@bp.get("/learn/lesson/<path:slug>")
@requires(Permission.LEARN)
def lesson(slug: str) -> str | Response:
    actor = current_actor()
    opened = content.open_published(actor, "lesson", slug)
    if opened.slug != slug:
        return redirect(url_for(".lesson", slug=opened.slug), 301)
    spec: LessonSpec = content.spec(opened)
    study = queries.study_of(actor.id, opened.document_id)
    check = _check(actor, spec, opened, study.checks or {}, request.args.get("q", ""))
    if request.headers.get("X-Fragment") == "check" and check is not None:
        return _fragment(opened, check)
    return _page(actor, opened, spec, study, check)


def _page(actor: Actor, opened: content.Opened, spec: LessonSpec, study: Any, check: Check | None) -> str:
    pieces = [spec.intro.html, *(section.html for section in spec.sections), *html_of(check.view if check else None)]
    show = shower(pieces)
    intro, parts = shown_sections(spec.intro, spec.sections, show)
    entries = _entries(spec.sections, has_checks=bool(spec.self_checks))
    duties = duties_queries.duties_about(actor.id, opened.document_id, today())
    place = place_of(duties, opened.document_id)
    owed = place is not None and not place.duty.item.settled
    done = _done(study, opened.revision_id)
    read = min(study.section or 0, len(entries))
    resume = _resume(study, entries) if done is None else None
    at = next((entry.number for entry in entries if resume and entry.anchor == resume.anchor), 1)
    minutes = (place.duty.item.minutes if place else 0) or opened.minutes
    following = plan.following(duties, place, clock.now()) if place else None
    return render_template(
        "lms/learning/lesson.html",
        opened=opened,
        intro=intro,
        parts=parts,
        entries=entries,
        place=place,
        day=place.duty.item.day if place else None,
        minutes=minutes,
        updated=day_of(opened.published_at),
        owner=opened.owner_name,
        done=done,
        bases=queries.changed_bases(actor, opened.document_id) if study.in_doubt else [],
        owed=owed,
        locked=duties_queries.locked_reason(actor.id, opened.document_id, today(), every=duties) if owed else None,
        resume=resume,
        read=len(entries) if done and not done.stale else read,
        at=at,
        left=0 if done and not done.stale else minutes_left(minutes, read, len(entries)),
        card=check,
        check_anchor=CHECK_ANCHOR,
        next=following.kind if following else None,
        links={
            "next": _href(following) if following else url_for("home.index"),
            "previous": _href(place.previous) if place and place.previous else "",
        },
        show=show,
    )


@bp.post("/learn/check/<path:slug>")
@requires(Permission.LEARN)
def check(slug: str) -> Response | str | tuple[str, int]:
    """Take the answer to one self-check and say what is right: ungraded, kept, given again at will."""
    actor = current_actor()
    opened = content.open_published(actor, "lesson", slug)
    revision_id = actions.revision_shown(opened.document_id, number(request.form, "revision"))
    spec: LessonSpec = content.compiled(revision_id)
    position = number(request.form, "q")
    if not 1 <= position <= len(spec.self_checks):
        raise NotFound()
    question = spec.self_checks[position - 1]
    error: Text | None = None
    try:
        order = order_of(question, actor.public_id)
        answer = (
            None if "again" in request.form else read_answer(question, order, value_of(question, order, request.form))
        )
        with transaction():
            actions.keep_answer(actor, opened.document_id, revision_id, check_name(question), answer)
    except Invalid as refused:
        error = refused.message
    if error is None and request.headers.get("X-Fragment") != "check":
        return redirect(url_for(".lesson", slug=opened.slug, q=position, _anchor=CHECK_ANCHOR))
    study = queries.study_of(actor.id, opened.document_id)
    card = _check(actor, spec, opened, study.checks or {}, str(position), error=error)
    if request.headers.get("X-Fragment") == "check":
        page = _fragment(opened, card)
    else:
        page = _page(actor, opened, spec, study, card)
    return page, 422 if error else 200


@bp.post("/learn/done/<any(lesson, article):kind>/<path:slug>")
@requires(Permission.LEARN)
def complete(kind: str, slug: str) -> Response:
    """Say that a lesson or an article was read to the end, of the revision that the page showed."""
    actor = current_actor()
    shown = number(request.form, "revision")
    seconds = whole(request.form.get("seconds")) or 0
    try:
        with transaction():
            done = actions.complete(actor, kind, slug, number=shown, seconds=seconds)
            title = content.cards([done.document_id])[done.document_id].title
    except Conflict as refused:
        if refused.code not in {"not_watched", "newer_revision", "check_first"}:
            raise
        flash(say(refused.message), "warn")
        return redirect(url_for(".lesson" if kind == "lesson" else "kb.change", slug=slug))
    if done.fresh:
        flash(_("已记录：读完《%(title)s》第 %(n)s 版。", title=title, n=done.number), "ok")
    return redirect(safe_next(request.form.get("next")) or url_for("home.index"))


def _fragment(opened: content.Opened, card: Check | None) -> str:
    show = shower(html_of(card.view if card else None))
    return render_template("lms/learning/_check.html", opened=opened, card=card, show=show)


def _check(
    actor: Actor,
    spec: LessonSpec,
    opened: content.Opened,
    kept: dict[str, Any],
    asked: str,
    *,
    error: Text | None = None,
) -> Check | None:
    """Return the self-check to show: the one asked for, else the first that is open; None without self-checks."""
    if not spec.self_checks:
        return None
    states = states_of(spec.self_checks, kept)
    position = whole(asked) or 0
    if not 1 <= position <= len(states):
        position = states.index("open") + 1 if "open" in states else 1
    return check_of(
        spec.self_checks,
        position,
        kept,
        seed=actor.public_id,
        revision=opened.number,
        anchor=CHECK_ANCHOR,
        error=error,
    )


def _entries(sections: tuple[SectionSpec, ...], *, has_checks: bool) -> list[Outlined]:
    entries = outline(sections)
    if has_checks:
        entries.append(Outlined(anchor=CHECK_ANCHOR, title=_("自测"), number=len(entries) + 1))
    return entries


def _resume(study: Any, entries: list[Outlined]) -> Resume | None:
    """Return where to go on, unless the person stands at the first section anyway."""
    return next(
        (Resume(anchor=entry.anchor, title=entry.title) for entry in entries[1:] if entry.anchor == study.anchor),
        None,
    )


def _done(study: Any, revision_id: int) -> DoneBefore | None:
    if study.state != "done" or study.last_done_at is None:
        return None
    return DoneBefore(at=study.last_done_at, stale=study.confirmed_revision_id != revision_id)


def _href(duty: Duty) -> str:
    return content_href(duty.kind, duty.slug)


def content_href(kind: str, slug: str) -> str:
    """Return the address of a document by the endpoint that its kind names; the first screen for one without a page."""
    known = kinds().get(kind)
    return url_for(known.open_endpoint, slug=slug) if known and known.open_endpoint else url_for("home.index")
