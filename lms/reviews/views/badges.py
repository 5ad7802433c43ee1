"""Badges: what there is to reach and when the reader did; HR and the director change them and add their own."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.i18n import _
from lms.reviews.actions import badges as acts
from lms.reviews.badge_forms import BadgeForm
from lms.reviews.queries import badges as reading
from lms.reviews.rules.badges import BY_CODE
from lms.reviews.rules.leaders import FEWEST
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/badges")
@requires(Permission.LEARN)
def badges() -> str:
    """Show every badge, how to reach it, and when the reader did; to who edits them also those given no more."""
    actor = current_actor()
    edits = allows(actor, Permission.AWARD_EDIT)
    given = reading.badges()
    return render_template(
        "lms/reviews/badges.html",
        badges=given.values(),
        stopped=[each for code, each in reading.badges(every=True).items() if code not in given] if edits else [],
        own={badge.code: day for badge, day in reading.of_person(actor.id)},
        counts=reading.how_many_have(),
        fewest=FEWEST,
        edits=edits,
    )


@bp.get("/badges/new")
@requires(Permission.AWARD_EDIT)
def new_badge() -> str:
    return _page(BadgeForm(formdata=None, threshold=1))


@bp.post("/badges/new")
@requires(Permission.AWARD_EDIT)
def make_badge() -> Response | tuple[str, int]:
    return _save("")


@bp.get("/badges/edit/<own_badge>")
@requires(Permission.AWARD_EDIT)
def edit_badge(own_badge: str) -> str:
    badge = reading.badges(every=True, locale="zh_CN").get(own_badge)
    if badge is None:
        raise NotFound()
    kept = reading.kind(own_badge)
    form = BadgeForm(
        formdata=None,
        name=badge.name.id,
        name_en=kept.name_en if kept else "",
        how=badge.how.id,
        how_en=kept.how_en if kept else "",
        mark=badge.mark.id,
        rule=badge.rule.value,
        threshold=badge.threshold,
    )
    return _page(form, own_badge)


@bp.post("/badges/edit/<own_badge>")
@requires(Permission.AWARD_EDIT)
def change_badge(own_badge: str) -> Response | tuple[str, int]:
    """Change a badge, stop giving it, give it again, or let a shipped one be as it came."""
    actor, do = current_actor(), request.form.get("do", "")
    if own_badge not in reading.badges(every=True):
        raise NotFound()
    if do in ("stop", "use"):
        with transaction():
            acts.set_use(actor, own_badge, active=do == "use")
        flash(_("从现在起不再发，得到过的留着。") if do == "stop" else _("又开始发了。"), "ok")
        return redirect(url_for(".badges"), 303)
    if do == "reset":
        with transaction():
            acts.reset(actor, own_badge)
        flash(_("已恢复成原来的样子。"), "ok")
        return redirect(url_for(".badges"), 303)
    return _save(own_badge)


def _save(code: str) -> Response | tuple[str, int]:
    form = BadgeForm()
    if not form.validate():
        return _page(form, code), 422
    try:
        with transaction():
            if code:
                acts.change(current_actor(), code, form.draft())
            else:
                acts.add(current_actor(), form.draft())
    except DomainError as refused:
        form.take(refused)
        return _page(form, code), refused.status
    flash(_("已保存。达到的人几小时内自动得到，得到过的不收回。"), "ok")
    return redirect(url_for(".badges"), 303)


def _page(form: BadgeForm, code: str = "") -> str:
    return render_template(
        "lms/reviews/badge_form.html",
        form=form,
        badge=reading.badges(every=True).get(code),
        given=code in reading.badges(),
        came=code in BY_CODE and reading.kind(code) is not None,
    )
