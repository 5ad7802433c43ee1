"""选课目录: what agents may choose, enrolling and leaving; and the page on which trainers keep it."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.assignments.actions.choice import give_up
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.i18n import _, say
from lms.core.texts import text
from lms.learning.actions import offers as acts
from lms.learning.forms import number
from lms.learning.queries import offers, surveys
from lms.learning.queries.offers import CATEGORIES
from lms.learning.views.reading import content_href
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/catalogue")
@requires(Permission.LEARN)
def catalogue() -> str:
    lines = offers.offered(current_actor())
    chosen = request.args.get("category", "")
    return render_template(
        "lms/learning/catalogue.html",
        lines=[line for line in lines if chosen not in CATEGORIES or line.category == chosen],
        counts={name: sum(line.category == name for line in lines) for name in CATEGORIES},
        categories=CATEGORIES,
        chosen=chosen if chosen in CATEGORIES else "",
        ratings=surveys.ratings([line.document_id for line in lines]),
        href=content_href,
    )


@bp.post("/catalogue")
@requires(Permission.LEARN)
def choose() -> Response:
    """Enrol in what is offered, or leave it again."""
    actor = current_actor()
    document = number(request.form, "document")
    try:
        with transaction():
            if request.form.get("do") == "leave":
                gone = give_up(actor, document)
                message = _("已退出。") if gone else _("已退出选课；它仍是安排给您的任务。")
            else:
                acts.choose(actor, document)
                message = _("已加入您的课程，从“课程”页开始学。")
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "warn")
    else:
        flash(message, "ok")
    return redirect(url_for(".catalogue", category=request.args.get("category") or None), 303)


@bp.get("/catalogue/edit", endpoint="offers")
@requires(Permission.OFFER_EDIT)
def keep() -> str:
    return _page()


@bp.post("/catalogue/edit")
@requires(Permission.OFFER_EDIT)
def keep_offer() -> Response | tuple[str, int]:
    """Put something in, say otherwise of it, or take it out."""
    actor = current_actor()
    document = number(request.form, "document")
    try:
        with transaction():
            if request.form.get("do") == "close":
                acts.withdraw(actor, document)
                message = _("已移出目录，已经选了的人照常学。")
            else:
                days = request.form.get("days", "").strip()
                if days and not (days.isascii() and days.isdecimal() and len(days) < 5):
                    wrong = text("天数要写成数字，不限就留空。")
                    raise Invalid(wrong, fields={"days": wrong})
                acts.offer(
                    actor,
                    document,
                    category=request.form.get("category", ""),
                    words=request.form.get("words", ""),
                    days=int(days) if days else None,
                )
                message = _("已保存。")
    except Invalid as refused:
        return _page(document, {name: say(reason) for name, reason in refused.fields.items()}), 422
    flash(message, "ok")
    return redirect(url_for(".offers"), 303)


def _page(document: int = 0, errors: dict[str, str] | None = None) -> str:
    kept = offers.kept()
    return render_template(
        "lms/learning/offers.html",
        lines=kept,
        ratings=surveys.ratings([line.document_id for line in kept]),
        addable=offers.to_offer(current_actor()),
        categories=CATEGORIES,
        href=content_href,
        errors=errors or {},
        wrong=document,
        typed=request.form,
    )
