"""The task page: what to do, the checklist, the evidence, handing in; and the photos."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.assignments import queries as duties_queries
from lms.assignments.rules import place_of
from lms.content import queries as content
from lms.content.show import show
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import settings, today
from lms.core.i18n import _
from lms.learning import queries
from lms.learning.actions import photos
from lms.learning.actions import tasks as actions
from lms.learning.forms import number, ticks
from lms.learning.queries import sessions
from lms.learning.rules import plan
from lms.learning.rules import tasks as rules
from lms.learning.rules.sessions import KINDS, SEATS
from lms.learning.rules.tasks import WorkState
from lms.learning.spec.task import ConfirmedBy, TaskSpec
from lms.learning.views.reading import content_href
from lms.learning.views.room import bp
from lms.learning.words import span
from lms.web.auth import current_actor, requires
from lms.web.stored import stored

_MOST_AT_ONCE = rules.MOST_PHOTOS + 1  # one more than a work can have: the rule says so in words


@bp.get("/learn/task/<path:slug>")
@requires(Permission.LEARN)
def task(slug: str) -> str | Response:
    actor = current_actor()
    opened = content.open_published(actor, "task", slug)
    if opened.slug != slug:
        return redirect(url_for(".task", slug=opened.slug), 301)
    return _page(actor, opened)


@bp.post("/learn/task/<path:slug>")
@requires(Permission.LEARN)
def work(slug: str) -> Response | tuple[str, int]:
    """Save, hand in or take back; a photo that comes along is kept in either case.

    What was refused comes back with everything that was typed.
    """
    actor = current_actor()
    opened = content.open_published(actor, "task", slug)
    try:
        chosen = _photos()
        with transaction():
            message = _do(actor, opened, chosen)
    except DomainError as error:
        return _page(actor, opened, typed=request.form, error=error), error.status
    flash(message, "ok")
    return redirect(url_for(".task", slug=opened.slug, _anchor="work"))


def _photos() -> list[tuple[str, photos.Photo]]:
    """Return the photos that were sent, written anew. Raises Invalid."""
    sent = [each for each in request.files.getlist("photo") if each.filename]
    if request.form.get("do") == "take-back" or not sent:
        return []
    return [(each.filename or "", photos.cleaned(each.read(rules.LARGEST_PHOTO + 1))) for each in sent[:_MOST_AT_ONCE]]


def _do(actor: Actor, opened: content.Opened, chosen: list[tuple[str, photos.Photo]]) -> str:
    """Do what the pressed button says, inside the caller's transaction; return what to tell the person."""
    form = request.form
    act = form.get("do", "save")
    if act == "take-back":
        actions.take_back(actor, opened.slug)
        return _("已撤回，可以继续修改。")
    given = {"ticked": ticks(form), "evidence": form.get("evidence"), "version": number(form, "version")}
    if chosen:
        saved = actions.save(actor, opened.slug, **given)  # type: ignore[arg-type]
        for name, photo in chosen:
            photos.attach(actor, saved, name, photo)
        given["version"] = saved.version
    if act == "hand-in":
        done = actions.hand_in(actor, opened.slug, **given)  # type: ignore[arg-type]
        return _("已完成。") if done.state == WorkState.CONFIRMED else _("已提交，等确认。")
    if not chosen:
        actions.save(actor, opened.slug, **given)  # type: ignore[arg-type]
    return _("已保存。")


def _page(actor: Actor, opened: content.Opened, *, typed: Any = None, error: DomainError | None = None) -> str:
    spec: TaskSpec = content.spec(opened)
    found = queries.work_row(actor.id, opened.document_id)
    duties = duties_queries.duties_about(actor.id, opened.document_id, today())
    place = place_of(duties, opened.document_id)
    following = plan.following(duties, place, clock.now()) if place else None
    owed = place is not None and not place.duty.item.settled
    state = found.state if found else ""
    return render_template(
        "lms/learning/task.html",
        opened=opened,
        body=show(spec.html),
        steps=[show(step.html) for step in spec.checklist],
        task=spec,
        needs=rules.needs_of(spec),
        work=found,
        state=state,
        editable=state in ("", *rules.EDITABLE),
        ticked=set(ticks(typed)) if typed is not None else set(found.ticked if found else ()),
        evidence=typed.get("evidence", "") if typed is not None else found.evidence if found else "",
        version=found.version if found else 0,
        photos=queries.photos([found.id]).get(found.id, []) if found else [],
        most_photos=rules.MOST_PHOTOS,
        largest=min(rules.LARGEST_PHOTO, settings().upload_max_bytes) // 1_000_000,
        longest=rules.LONGEST_EVIDENCE,
        place=place,
        minutes=(place.duty.item.minutes if place else 0) or opened.minutes,
        locked=duties_queries.locked_reason(actor.id, opened.document_id, today(), every=duties) if owed else None,
        confirmer=_confirmer(actor, spec),
        meetings=sessions.about(actor, opened.document_id, clock.now()),
        session_kinds=KINDS,
        seat_words=SEATS,
        span=span,
        next_href=content_href(following.kind, following.slug) if following else url_for("home.index"),
        error=error,
        fields=error.fields if error else {},
    )


def _confirmer(actor: Actor, spec: TaskSpec) -> str:
    """Return the name of who confirms, "" where nobody is named yet or it is oneself."""
    if spec.confirmed_by == ConfirmedBy.MENTOR:
        mentor = accounts.mentor_of(actor.id)
        return mentor.name if mentor else ""
    if spec.confirmed_by == ConfirmedBy.TRAINER:
        cohort = accounts.cohort_of(actor.id)
        return queries.name_of(cohort.trainer_id) if cohort else ""
    return ""


@bp.get("/learn/photo/<public_id>")
@requires(Permission.LEARN)
def photo(public_id: str) -> Response:
    """Give a photo to whoever handed it in or may confirm it, as the picture that its bytes say it is."""
    found = queries.upload_for(current_actor(), public_id)
    response = stored(found.sha, found.media_type, name=found.name or "photo", download="download" in request.args)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.post("/learn/photo/<public_id>/remove")
@requires(Permission.LEARN)
def remove_photo(public_id: str) -> Response:
    actor = current_actor()
    with transaction():
        slug = photos.remove(actor, public_id)
    flash(_("照片已删除。"), "ok")
    return redirect(url_for(".task", slug=slug, _anchor="work"))
