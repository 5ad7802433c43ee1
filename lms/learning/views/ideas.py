"""培训建议: write one, want the same, answer."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.here import day_of
from lms.core.i18n import _, say
from lms.learning.actions import ideas as acts
from lms.learning.queries import ideas as reading
from lms.learning.queries.ideas import STATES
from lms.learning.views.reading import content_href
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole


@bp.get("/ideas", endpoint="ideas")
@requires(Permission.LEARN)
def index() -> str:
    return _page()


@bp.post("/ideas")
@requires(Permission.LEARN)
def suggest() -> Response | tuple[str, int]:
    actor = current_actor()
    try:
        with transaction():
            name = acts.suggest(
                actor,
                request.form.get("text", ""),
                document_id=whole(request.form.get("document")),
                anonymous=bool(request.form.get("anonymous")),
            ).public_id
    except Invalid as refused:
        return _page(errors={key: say(reason) for key, reason in refused.fields.items()}), 422
    flash(_("谢谢，已交给培训师。答复会写在这里。"), "ok")
    return redirect(url_for(".ideas", _anchor=f"idea-{name}"), 303)


@bp.post("/ideas/<idea_id>/support")
@requires(Permission.LEARN)
def support_idea(idea_id: str) -> Response:
    try:
        with transaction():
            acts.support(current_actor(), idea_id, wanted=request.form.get("want") == "1")
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "warn")
    return redirect(url_for(".ideas", _anchor=f"idea-{idea_id}"), 303)


@bp.post("/ideas/<idea_id>/answer")
@requires(Permission.IDEA_ANSWER)
def answer_idea(idea_id: str) -> Response | tuple[str, int]:
    try:
        with transaction():
            acts.answer(
                current_actor(), idea_id, state=request.form.get("state", ""), words=request.form.get("answer", "")
            )
    except Invalid as refused:
        return _page(wrong=idea_id, errors={key: say(reason) for key, reason in refused.fields.items()}), 422
    flash(_("已答复，并通知了提建议和支持的人。"), "ok")
    return redirect(url_for(".ideas", _anchor=f"idea-{idea_id}"), 303)


def _page(*, wrong: str = "", errors: dict[str, str] | None = None) -> str:
    actor = current_actor()
    state = request.args.get("state", "")
    typed: Any = request.form
    document = whole(typed.get("document") or request.args.get("document"))
    return render_template(
        "lms/learning/ideas.html",
        ideas=reading.ideas(actor, state),
        counts=reading.counts(),
        states=STATES,
        state=state if state in STATES else "",
        about=reading.document_of(actor, document) if document is not None else None,
        answers=allows(actor, Permission.IDEA_ANSWER),
        href=content_href,
        day_of=day_of,
        wrong=wrong,
        errors=errors or {},
        typed=typed,
        most=acts.LONGEST,
    )
