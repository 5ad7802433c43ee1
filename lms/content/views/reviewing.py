"""A draft that was handed in: what changed, what is wrong, who is affected; approved is published in one act."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.content import actions, queries
from lms.content.actions import reviewing
from lms.content.forms import HandIn, Publish, SendBack
from lms.content.kinds import kinds
from lms.content.queries import reviewing as waiting
from lms.content.queries.reviewing import Request
from lms.content.rules.compare import compare
from lms.content.views.desk import shown_problems
from lms.content.views.room import bp, work_at
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.i18n import _
from lms.core.texts import text
from lms.web.auth import current_actor, requires


@bp.post("/studio/<kind>/<path:slug>/hand-in")
@requires(Permission.CONTENT_EDIT)
def hand_in(kind: str, slug: str) -> Response:
    """Ask for a look at the draft."""
    work = work_at(kind, slug)
    form = HandIn()
    if not form.validate():
        raise Invalid(text("请从发布页送审。"))
    with transaction():
        asked = reviewing.hand_in(current_actor(), work.card.document_id, form.base_revision.data, form.note.data)
        request_id = asked.id
    flash(_("已送审。审的人会收到通知，结果也会通知您。"), "ok")
    return redirect(url_for(".review", request_id=request_id), 303)


@bp.get("/studio/reviews/<int:request_id>")
@requires(Permission.LEARN)
def review(request_id: int) -> str:
    """Show what was handed in, to whoever may see it; nothing is changed."""
    found = _found(request_id)
    return _page(found, Publish(formdata=None, base_revision=found.head_id, note=found.note), SendBack(formdata=None))


@bp.post("/studio/reviews/<int:request_id>/approve")
@requires(Permission.LEARN)
def approve(request_id: int) -> str | Response | tuple[str, int]:
    """Publish what the reviewer has read."""
    found = _found(request_id)
    form = Publish()
    if not form.validate():
        return _page(found, form, SendBack(formdata=None)), 422
    actor = current_actor()
    try:
        with transaction():
            base, note = form.base_revision.data, form.note.data
            number = reviewing.approve(actor, request_id, base, note, minor=form.minor.data).number
    except DomainError as error:
        form.take(error)
        return _page(_found(request_id), form, SendBack(formdata=None)), error.status
    flash(_("第 %(n)s 版已发布，送审的人会收到通知。", n=number), "ok")
    return redirect(_onward(found), 303)


@bp.post("/studio/reviews/<int:request_id>/return")
@requires(Permission.LEARN)
def send_back(request_id: int) -> str | Response | tuple[str, int]:
    """Return the draft with a reason."""
    found = _found(request_id)
    form = SendBack()
    blank = Publish(formdata=None, base_revision=found.head_id, note=found.note)
    if not form.validate():
        return _page(found, blank, form), 422
    try:
        with transaction():
            reviewing.send_back(current_actor(), request_id, form.answer.data)
    except DomainError as error:
        form.take(error)
        return _page(_found(request_id), blank, form), error.status
    flash(_("已退回，草稿还在，作者会收到您写的原因。"), "ok")
    return redirect(_onward(found), 303)


@bp.post("/studio/reviews/<int:request_id>/withdraw")
@requires(Permission.CONTENT_EDIT)
def withdraw(request_id: int) -> Response:
    """Take one's own request back; the draft stays."""
    found = _found(request_id)
    with transaction():
        reviewing.withdraw(current_actor(), request_id)
    flash(_("已撤回送审，草稿还在。"), "ok")
    return redirect(url_for(".edit", kind=found.card.kind, slug=found.card.slug), 303)


def _found(request_id: int) -> Request:
    return waiting.request(current_actor(), request_id)


def _onward(found: Request) -> str:
    """Return where to go after a decision: to what else waits, for one who only reads to the page itself."""
    editor = allows(current_actor(), Permission.CONTENT_EDIT)
    return url_for("kb.submissions") if editor else url_for(".review", request_id=found.id)


def _page(found: Request, form: Publish, back: SendBack) -> str:
    actor = current_actor()
    work = queries.open_work(found.card.kind, found.card.slug)
    is_open = found.state == waiting.OPEN and work.draft_id is not None
    shown: dict[str, Any] = {"found": None, "problems": (), "errors": 0, "change": None}
    if is_open and work.head_id is not None:
        preview = actions.preview(work.card.document_id)
        problems = shown_problems(preview.findings)
        published = queries.text(work.card.published_id) if work.card.published_id else ""
        shown = {
            "found": preview,
            "problems": problems,
            "errors": sum(problem.is_error for problem in problems),
            "change": compare(published, queries.text(work.head_id)),
        }
    reader = kinds()[found.card.kind].open_endpoint
    return render_template(
        "lms/content/review.html",
        request_row=found,
        work=work,
        form=form,
        back=back,
        is_open=is_open,
        may=is_open and waiting.may_decide(actor, found),
        own=found.asked_by == actor.id,
        edits=allows(actor, Permission.CONTENT_EDIT),
        reader=url_for(reader, slug=found.card.slug) if reader and found.card.state == "published" else None,
        draft_writer=work.draft_author,
        **shown,
    )
