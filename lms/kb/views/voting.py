"""Whether an article helped its reader."""

from functools import lru_cache

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import current_locale
from lms.core.i18n import gettext as _
from lms.core.markup import sentence
from lms.kb import actions
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires, safe_next
from lms.web.shell import token

_ACTION, _TOKEN, _BACK = "\x04action\x04", "\x04token\x04", "\x04back\x04"


def vote_form(slug: str, solved: bool | None, reason: str, back: str = "") -> Markup:
    """Return the question whether the article helped. solved, reason: what the reader said last."""
    filled = _form(current_locale(), solved, reason, bool(back))
    filled = filled.replace(_ACTION, str(escape(url_for("kb.vote", slug=slug))))
    return sentence(filled.replace(_TOKEN, str(escape(token()))).replace(_BACK, str(escape(back))))


@lru_cache(maxsize=64)
def _form(_: str, solved: bool | None, reason: str, back: bool) -> str:
    """Render it once for all: it stands on the page that is opened most. What differs is put into its places."""
    return render_template(
        "lms/kb/_vote.html", solved=solved, reason=reason, action=_ACTION, token=_TOKEN, back=_BACK if back else ""
    )


@bp.post("/kb/<path:slug>/vote")
@requires(Permission.LEARN)
def vote(slug: str) -> Response:
    """Note 解决了 or 没解决 with its reason; the latest answer counts."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    solved = request.form.get("solved") == "1"
    back = safe_next(request.form.get("back")) or url_for(".article", slug=opened.slug, _anchor="vote")
    try:
        with transaction():
            actions.vote(
                actor,
                opened.document_id,
                opened.revision_id,
                solved=solved,
                reason=request.form.get("reason", ""),
                note=request.form.get("note", ""),
            )
    except Invalid:
        flash(_("请先选一个没解决的原因，再提交。"), "warn")
        return redirect(back)
    flash(_("谢谢，已记下。") if solved else _("已记下，负责这条知识的人会看到。急用时先问组长。"), "ok")
    return redirect(back)
