"""Urgent notices: reading and confirming them; sending one, and seeing live who has not confirmed."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.i18n import _, say
from lms.kb import forms, queries
from lms.kb.actions import urgent as actions
from lms.kb.forms import Extend, NewUrgent
from lms.kb.queries import urgent
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires, safe_next
from lms.web.shell import wants_json

SHOWN = 50
OFFERED = 40
"""Articles that are offered by name when a notice is written: those that changed last."""


@bp.get("/urgent")
@requires(Permission.LEARN)
def my_urgents() -> str:
    """What one was sent: what still stands, and what there was."""
    now = clock.now()
    every = urgent.mine(current_actor().id, limit=SHOWN)
    return render_template(
        "lms/kb/my_urgents.html",
        live=[each for each in every if each.is_live(now)],
        past=[each for each in every if not each.is_live(now)],
    )


@bp.get("/urgent/<public_id>/article")
@requires(Permission.LEARN)
def urgent_article(public_id: str) -> Response:
    """Lead on to the article behind a notice, for whoever may read it."""
    actor = current_actor()
    card = urgent.article_of(urgent.behind(actor.id, public_id), actor)
    if card is None:
        raise NotFound()
    return redirect(url_for(".article", slug=content.open_published(actor, "article", card.slug).slug))


@bp.post("/urgent/<public_id>/confirm")
@requires(Permission.LEARN)
def urgent_confirm(public_id: str) -> Response | tuple[str, int]:
    """Confirm, and come back to the page. Twice is once."""
    with transaction():
        actions.confirm(current_actor(), public_id)
    if wants_json():
        return "", 204
    flash(_("已确认，谢谢"), "ok")
    return redirect(safe_next(request.form.get("next")) or url_for("home.index"), 303)


@bp.get("/kb/care/urgent")
@requires(Permission.URGENT_SEND)
def urgents() -> str:
    """Notices with how far they are: what stands first, then what there was."""
    actor = current_actor()
    now = clock.now()
    every = urgent.sent(actor, limit=SHOWN)
    return render_template(
        "lms/kb/urgents.html",
        live=[each for each in every if each.is_live(now)],
        past=[each for each in every if not each.is_live(now)],
        names=urgent.names_of(each.audience for each in every),
        roles=forms.ROLE_NAMES,
    )


@bp.get("/kb/care/urgent/new")
@requires(Permission.URGENT_SEND)
def urgent_new() -> str:
    form = _form(current_actor(), formdata=None)
    slug = request.args.get("article", "")
    if slug:
        form.article.data = slug
    return _new(form)


@bp.post("/kb/care/urgent/new")
@requires(Permission.URGENT_SEND)
def urgent_new_submit() -> str | Response | tuple[str, int]:
    """Show whom it would reach; only then is it sent, to as many as were shown."""
    actor = current_actor()
    form = _form(actor)
    if form.step.data == "edit" or not form.validate():
        return _new(form) if form.step.data == "edit" else (_new(form), 422)
    now = clock.now()
    try:
        card = _article(actor, form.article.data)
        draft = form.draft(now, card.document_id if card else None)
        counts = urgent.counted(actions.within(actor, draft.audience))
        people = sum(each.count for each in counts)
        if form.step.data != "send" or form.people.data != people:
            forms.check_times(draft, now)
            changed = form.step.data == "send"
            form.people.data = people
            return _preview(form, draft, counts, card, changed=changed)
        with transaction():
            public_id = actions.send(actor, draft).public_id
    except DomainError as error:
        form.take(error)
        return _new(form), error.status
    flash(_("已发给 %(n)s 人。下面实时显示谁还没确认。", n=people), "ok")
    return redirect(url_for(".urgent_live", public_id=public_id), 303)


@bp.get("/kb/care/urgent/<public_id>")
@requires(Permission.URGENT_SEND)
def urgent_live(public_id: str) -> str:
    """Who has confirmed and who has not, as of now; `part=list` gives that alone, for the open page."""
    actor = current_actor()
    notice = urgent.one_sent(actor, public_id)
    now = clock.now()
    live = notice.is_live(now)
    values: dict[str, Any] = {
        "notice": notice,
        "live": live,
        "late": notice.is_late(now),
        "teams": urgent.readers(actor, notice),
    }
    if request.args.get("part") == "list":
        return render_template("lms/kb/_urgent_list.html", **values)
    form = Extend(formdata=None)
    form.until.data = forms.as_local(notice.until_at)
    return render_template(
        "lms/kb/urgent.html",
        **values,
        form=form,
        may_change=live and (notice.sent_by == actor.id or _reaches_all(actor)),
        card=urgent.article_of(notice.document_id, actor),
        names=urgent.names_of([notice.audience])[notice.audience],
        roles=forms.ROLE_NAMES,
    )


@bp.post("/kb/care/urgent/<public_id>/extend")
@requires(Permission.URGENT_SEND)
def urgent_extend(public_id: str) -> Response:
    form = Extend()
    page = redirect(url_for(".urgent_live", public_id=public_id), 303)
    if not form.validate():
        urgent.one_sent(current_actor(), public_id)
        flash(" ".join(form.until.errors), "bad")
        return page
    try:
        with transaction():
            actions.extend(current_actor(), public_id, forms.as_instant(form.until.data))
    except DomainError as error:
        if error.status == 404:
            raise
        flash(say(error.message), "bad")
        return page
    flash(_("有效期改好了。"), "ok")
    return page


@bp.post("/kb/care/urgent/<public_id>/withdraw")
@requires(Permission.URGENT_SEND)
def urgent_withdraw(public_id: str) -> Response:
    try:
        with transaction():
            actions.withdraw(current_actor(), public_id)
        flash(_("通知已撤回，不再显示在任何页面上。"), "ok")
    except DomainError as error:
        if error.status == 404:
            raise
        flash(say(error.message), "bad")
    return redirect(url_for(".urgent_live", public_id=public_id), 303)


def _reaches_all(actor: Actor) -> bool:
    return Scope.ALL in scopes(actor, Permission.URGENT_SEND)


def _form(actor: Actor, **more: Any) -> NewUrgent:
    every = _reaches_all(actor)
    teams = [row for row in accounts.team_tree() if every or row.id in actor.teams_below]
    return NewUrgent(teams=teams, shops=accounts.shops() if every else (), with_roles=every, **more)


def _new(form: NewUrgent) -> str:
    actor = current_actor()
    offered = [(each.slug, each.title) for each in queries.articles(actor)[:OFFERED]]
    return render_template("lms/kb/urgent_new.html", form=form, offered=offered, everybody=_reaches_all(actor))


def _preview(
    form: NewUrgent,
    draft: actions.Draft,
    counts: Sequence[urgent.TeamCount],
    card: content.Card | None,
    *,
    changed: bool,
) -> str:
    return render_template(
        "lms/kb/urgent_preview.html", form=form, draft=draft, counts=counts, card=card, changed=changed
    )


def _article(actor: Actor, written: str) -> content.Card | None:
    """Return the article that was named by its address. Raises NotFound as a fault of the field."""
    if not written:
        return None
    try:
        opened = content.open_published(actor, "article", written)
    except NotFound:
        raise forms.no_such_article() from None
    return content.cards([opened.document_id])[opened.document_id]
