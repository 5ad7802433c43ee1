"""What has changed in an article since the reader last confirmed it, a question or two, and one button."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.content.rules.paths import path_of
from lms.content.sections import shown_sections
from lms.content.show import shower
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.i18n import _, say
from lms.core.texts import text
from lms.kb import queries
from lms.kb.actions import cards as actions
from lms.kb.queries import cards, versions
from lms.kb.rules.cards import (
    Ask,
    Asked,
    Changed,
    answered,
    asks,
    changed_sections,
    own_questions,
    text_changes,
    unanswered,
)
from lms.kb.spec import ArticleSpec
from lms.kb.views.room import bp
from lms.questions.filled import value_of
from lms.questions.rules.answers import read_answer
from lms.web.auth import current_actor, requires, safe_next
from lms.web.numbers import whole


@bp.get("/kb/<path:slug>/change")
@requires(Permission.LEARN)
def change(slug: str) -> str | Response:
    """Show what this person has not confirmed yet; `?since=3` what has changed since that version."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    if opened.slug != slug:
        kept = {name: request.args[name] for name in ("since", "next") if name in request.args}
        return redirect(url_for(".change", slug=opened.slug, _external=False, **kept), 301)
    return _page(actor, opened, _since(actor, opened, request.args.get("since", "")))


@bp.post("/kb/<path:slug>/change")
@requires(Permission.LEARN)
def confirm(slug: str) -> Response | tuple[str, int]:
    """Take the answers, and with all of them right the confirmation of the version that the page showed."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    number = whole(request.form.get("revision")) or 0
    revision_id = queries.revision_id(opened.document_id, number)
    if revision_id is None:
        raise Invalid(text("页面停留太久或被改动，请刷新页面再试。"))
    card = cards.card_of(actor.id, opened.document_id)
    again = card.confirmed_id is not None and card.confirmed_id >= revision_id and not card.owed
    if not again and revision_id >= (card.wanted_id or 0):
        asked = cards.questions_of(actor.id, opened.document_id, revision_id, card.base_id, seed=actor.public_id)
        checked = [_checked(ask, request.form) for ask in asked]
        if any(each.state != "right" for each in checked):
            return _page(actor, opened, None, checked=checked, form=request.form), 422
    try:
        with transaction():
            done = actions.confirm(actor, opened.slug, number=number)
    except Conflict as refused:
        if refused.code != "newer_revision":
            raise
        return _page(actor, opened, None, refused=say(refused.message)), 409
    if done.fresh:
        flash(_("已确认《%(title)s》第 %(n)s 版。", title=opened.title, n=done.number), "ok")
    return redirect(safe_next(request.form.get("next")) or url_for("home.index"), 303)


def _since(actor: Actor, opened: content.Opened, asked: str) -> int | None:
    """Return the revision named in the address, None without one.

    Raises NotFound for what was never published, and for what was meant for others when it was.
    """
    if not asked:
        return None
    number = whole(asked) or 0
    found = versions.some(actor, opened.document_id, (number,))
    if number not in found:
        raise NotFound()
    return found[number].id


def _checked(ask: Ask, form: MultiDict[str, str]) -> Asked:
    try:
        answer = read_answer(ask.question, ask.order, value_of(ask.question, ask.order, form, f"{ask.name}-"))
    except Invalid as refused:
        return unanswered(ask, refused.message)
    return answered(ask, answer)


def _page(
    actor: Actor,
    opened: content.Opened,
    since: int | None,
    *,
    checked: list[Asked] | None = None,
    form: MultiDict[str, str] | None = None,
    refused: str = "",
) -> str:
    card = cards.card_of(actor.id, opened.document_id)
    spec: ArticleSpec = content.spec(opened)
    base_id = card.base_id if since is None else since
    before: ArticleSpec | None = content.compiled(base_id) if base_id is not None else None
    changes = text_changes(before, spec) if before is not None else None
    asked: list[Asked] = checked or []
    if card.owed and checked is None:
        own_base = content.compiled(card.base_id) if card.base_id is not None else None
        mine = changes if base_id == card.base_id else text_changes(own_base, spec) if own_base else None
        asked = [unanswered(ask) for ask in _asks(actor, opened, spec, mine, card.base_id)]
    changed = changed_sections(changes, spec.title) if changes is not None else []
    show = shower(_pieces(spec, changed, asked, whole=before is None))
    text_shown = shown_sections(spec.intro, spec.sections, show) if before is None else None
    return render_template(
        "lms/kb/change.html",
        opened=opened,
        spec=spec,
        show=show,
        card=card,
        whole=before is None,
        changed=changed,
        intro=text_shown[0] if text_shown else "",
        parts=text_shown[1] if text_shown else [],
        steps=cards.steps(opened.document_id, base_id) if base_id is not None else [],
        asked=asked,
        wrong=checked is not None,
        form=form if form is not None else MultiDict(),
        refused=refused,
        next=safe_next(request.values.get("next")) or "",
    )


def _asks(actor: Actor, opened: content.Opened, spec: ArticleSpec, changes: Any, base_id: int | None) -> list[Ask]:
    own = own_questions(spec, changes, path_of(opened.folder, opened.slug))
    others = []
    if changes and base_id is not None:
        anchors = {each.anchor for each in changes if each.anchor}
        others = cards.quiz_questions(actor.id, opened.document_id, anchors, base_id)
    return asks(own, others, actor.public_id)


def _pieces(spec: ArticleSpec, changed: list[Changed], asked: list[Asked], *, whole: bool) -> list[str]:
    """Return every piece of HTML of the page, so that all references are looked up at once."""
    found = [spec.intro.html, *(section.html for section in spec.sections)] if whole else []
    found += [each.html for each in changed]
    for each in asked:
        found += [str(each.view["text_html"]), *each.notes, each.explanation]
        for name in ("options", "left"):
            listed = each.view.get(name)
            found += [str(one["html"]) for one in (listed if isinstance(listed, list) else [])]
    return found
