"""The shape of the company: its teams and its shops."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions, queries
from lms.accounts.forms import ShopForm, TeamForm
from lms.accounts.views.blueprint import bp
from lms.accounts.views.people import team_choices
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.i18n import gettext
from lms.core.texts import text
from lms.web.auth import current_actor, requires


def _page(team: TeamForm | None = None, shop: ShopForm | None = None) -> str:
    return render_template(
        "lms/accounts/teams.html",
        tree=queries.team_tree(),
        heads=queries.team_heads(),
        shops=queries.shops(),
        choices=team_choices(),
        team=team or TeamForm(team_choices(), formdata=None, prefix="team"),
        shop=shop or ShopForm(formdata=None, prefix="shop"),
    )


@bp.get("/teams")
@requires(Permission.PERSON_EDIT)
def teams() -> str:
    return _page()


@bp.post("/teams")
@requires(Permission.PERSON_EDIT)
def team_add() -> Response | tuple[str, int]:
    form = TeamForm(team_choices(), prefix="team")
    if form.validate():
        try:
            with transaction():
                actions.add_team(current_actor(), code=form.code.data, name=form.name.data, parent_id=form.parent.data)
        except DomainError as error:
            form.take(error)
        else:
            flash(gettext("团队已建好。"), "ok")
            return redirect(url_for(".teams"))
    return _page(team=form), 422


@bp.post("/teams/<int:team_id>")
@requires(Permission.PERSON_EDIT)
def team_change(team_id: int) -> Response:
    """Rename a team or put it elsewhere; `do=close` closes it."""
    name, parent = request.form.get("name", "").strip(), request.form.get("parent", "")
    with transaction():
        if request.form.get("do") == "close":
            actions.close_team(current_actor(), team_id)
        else:
            if not 1 <= len(name) <= 80:
                raise Invalid(text("名称要 1 到 80 个字。"))
            known: Any = {str(team.id): team.id for team in queries.team_tree()}
            actions.change_team(current_actor(), team_id, name=name, parent_id=known.get(parent))
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".teams"))


@bp.post("/shops")
@requires(Permission.PERSON_EDIT)
def shop_add() -> Response | tuple[str, int]:
    form = ShopForm(prefix="shop")
    if form.validate():
        try:
            with transaction():
                actions.add_shop(current_actor(), code=form.code.data, name=form.name.data, platform=form.platform.data)
        except DomainError as error:
            form.take(error)
        else:
            flash(gettext("店铺已建好。"), "ok")
            return redirect(url_for(".teams"))
    return _page(shop=form), 422
