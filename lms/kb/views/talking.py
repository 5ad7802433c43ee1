"""What is asked and answered below an article, on a page of its own."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.content.models import Document
from lms.content.queries import Opened
from lms.core.access import Permission
from lms.core.db import session, transaction
from lms.core.errors import DomainError
from lms.core.i18n import _
from lms.kb.actions import talk as acts
from lms.kb.queries import talk as queries
from lms.kb.sharing_forms import Say
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/kb/<path:slug>/talk")
@requires(Permission.LEARN)
def talk(slug: str) -> str | Response:
    opened = content.open_published(current_actor(), "article", slug)
    if opened.slug != slug:
        return redirect(url_for(".talk", slug=opened.slug), 301)
    return _page(opened, _blank(opened, request.args.get("section", "")))


@bp.post("/kb/<path:slug>/talk")
@requires(Permission.LEARN)
def speak(slug: str) -> str | Response | tuple[str, int]:
    """Ask, or answer what somebody asked."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    form = Say()
    _fill(form, opened)
    if not form.validate():
        return _page(opened, form), 422
    anchors = {key for key, _name in form.anchor.choices or ()}
    anchor = form.anchor.data if form.anchor.data in anchors else ""
    try:
        with transaction():
            document = session().get_one(Document, opened.document_id)
            acts.speak(actor, document, form.words.data, anchor=anchor, answers=form.answers.data or "")
    except DomainError as error:
        form.take(error)
        return _page(opened, form), error.status
    flash(_("已发出，相关的人会收到通知。"), "ok")
    return redirect(url_for(".talk", slug=opened.slug), 303)


@bp.post("/kb/talk/<public_id>/delete")
@requires(Permission.LEARN)
def take_back(public_id: str) -> Response:
    """Delete a remark of one's own."""
    with transaction():
        document_id = acts.take_back(current_actor(), public_id)
    flash(_("已删除。"), "ok")
    return _back(document_id)


@bp.post("/kb/talk/<public_id>/settle")
@requires(Permission.LEARN)
def settle_talk(public_id: str) -> Response:
    """Say that a question is dealt with, or, with `open=1`, that it is not."""
    with transaction():
        document_id = acts.settle(current_actor(), public_id, settled="open" not in request.form)
    return _back(document_id)


def _back(document_id: int) -> Response:
    return redirect(url_for(".talk", slug=content.cards([document_id])[document_id].slug), 303)


def _blank(opened: Opened, anchor: str) -> Say:
    form = Say(formdata=None, anchor=anchor)
    _fill(form, opened)
    return form


def _fill(form: Say, opened: Opened) -> None:
    spec = content.spec(opened)
    form.anchor.choices = [("", _("整条知识")), *((each.anchor, each.title) for each in spec.sections)]


def _page(opened: Opened, form: Say) -> str:
    actor = current_actor()
    threads = queries.talk(opened.document_id)
    names = dict(form.anchor.choices or ())
    return render_template(
        "lms/kb/talk.html",
        opened=opened,
        form=form,
        threads=threads,
        names=names,
        me=actor.id,
        settles={each.first.id for each in threads if queries.may_settle(actor, opened.owner_id, each.first.person_id)},
    )
