"""Unsaved text, kept every few seconds, and who else is writing here."""

from flask import flash, jsonify, redirect, request
from werkzeug.wrappers import Response

from lms.content.actions import autosave
from lms.content.queries.autosave import Other, others
from lms.content.views.room import at, bp, number_of, text_sent, work_at
from lms.core import clock
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import _, say
from lms.web.auth import current_actor, requires
from lms.web.shell import show_ago, show_time


@bp.post("/studio/<kind>/<path:slug>/autosave")
@requires(Permission.CONTENT_EDIT)
def keep_unsaved(kind: str, slug: str) -> Response | tuple[Response, int]:
    """Keep what is typed, or note only that the page is open (no `markdown`); say who else is here."""
    work = work_at(kind, slug)
    actor = current_actor()
    base = number_of("base_revision")
    kept = ""
    try:
        with transaction():
            if "markdown" in request.form:
                when = autosave.keep(actor, work.card.document_id, base, text_sent(base))
                kept = _("已自动保存 %(time)s，还不是草稿", time=show_time(when))
            else:
                autosave.be_seen(actor, work.card.document_id, base)
    except DomainError as error:
        return jsonify(error=say(error.message)), error.status
    found = others(actor.id, work.card.document_id, clock.now())
    return jsonify(kept=kept, head=work.head_id, others=who_else(found))


@bp.post("/studio/<kind>/<path:slug>/autosave/drop")
@requires(Permission.CONTENT_EDIT)
def drop_unsaved(kind: str, slug: str) -> Response:
    """Forget the unsaved text, because its author does not want it back."""
    work = work_at(kind, slug)
    with transaction():
        autosave.drop(current_actor(), work.card.document_id)
    flash(_("没有存成草稿的文字已丢弃。"), "ok")
    return redirect(at("edit", work), 303)


def who_else(found: list[Other]) -> str:
    """Say who else has the document open, "" for nobody."""
    if not found:
        return ""
    said = [
        _("%(name)s（%(ago)s还在输入）", name=one.name, ago=show_ago(one.typed_at)) if one.typed_at else one.name
        for one in found
    ]
    return _(
        "%(who)s 也打开着这份内容。各存各的，保存时自动合在一起，改了同一处才会问，谁的文字都不会丢。",
        who=_("、").join(said),
    )
