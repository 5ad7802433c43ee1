"""One's own account: facts, language, shade, password, tokens."""

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions, queries
from lms.accounts.actions import sign_in as signing
from lms.accounts.actions import slips
from lms.accounts.forms import PasswordForm, TokenForm
from lms.accounts.queries.chats import accounts_of
from lms.accounts.rules.people import ROLES
from lms.accounts.rules.tokens import named
from lms.accounts.views.blueprint import bp
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.i18n import LOCALES, gettext, say, set_locale
from lms.core.texts import text
from lms.web.auth import current_actor, requires
from lms.web.auth import sign_in as start_session

THEMES = ("auto", "light", "dark")


def _page(password: PasswordForm | None = None, token: TokenForm | None = None, made: str = "") -> str:
    actor = current_actor()
    return render_template(
        "lms/accounts/me.html",
        actor=actor,
        person=queries.person_by_id(actor.id),
        grants=queries.grants(actor.id),
        mentor=queries.mentor_of(actor.id),
        cohort=queries.cohort_of(actor.id),
        tokens=queries.tokens_of(actor.id),
        password=password or PasswordForm(formdata=None),
        token=token or TokenForm(formdata=None),
        made=made,
        scope_names=lambda scope: [say(name) for name in named(scope)],
        known_chats=accounts_of,
        roles={role: say(name) for role, name in ROLES.items()},
    )


@bp.get("/me")
@requires(Permission.LEARN)
def me() -> str:
    return _page()


@bp.post("/me/preferences")
@requires(Permission.LEARN)
def preferences() -> Response:
    """Keep language and shade with the person, on every machine."""
    locale, theme = request.form.get("locale"), request.form.get("theme")
    with transaction():
        actions.set_preferences(
            current_actor(),
            locale=locale if locale in LOCALES else None,
            theme=theme if theme in THEMES else None,
        )
    if locale in LOCALES:
        session["locale"] = locale
        set_locale(locale)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".me"))


@bp.post("/me/password")
@requires(Permission.LEARN)
def change_password() -> Response | tuple[str, int]:
    """Change the password after the old one; every other sign-in ends, this one goes on."""
    actor, form = current_actor(), PasswordForm()
    if not form.validate():
        return _page(password=form), 422
    try:
        with transaction():
            counted = signing.count_try(actor.employee_no, request.remote_addr or "")
        if signing.judge(actor.employee_no, form.old.data) is None:
            reason = text("现在的密码不对。")
            raise Invalid(reason, fields={"old": reason})
        hashed = slips.hash_of(form.password.data, form.again.data, of=(actor.employee_no, actor.name))
        with transaction():
            version = actions.change_password(actor, hashed)
            signing.forgive(counted)
    except DomainError as error:
        form.take(error)
        return _page(password=form), error.status
    start_session(actor, version)
    flash(gettext("密码已换。别处的登录都已退出。"), "ok")
    return redirect(url_for(".me"))


@bp.post("/me/tokens")
@requires(Permission.TOKEN_OWN)
def make_token() -> str | tuple[str, int]:
    """Make a token and show it this once."""
    form = TokenForm()
    if not form.validate():
        return _page(token=form), 422
    with transaction():
        made = actions.make_token(
            current_actor(), label=form.label.data, scope=form.scope.data.split(), days=form.days.data
        )
    return _page(made=made)


@bp.post("/me/tokens/<int:token_id>/revoke")
@requires(Permission.TOKEN_OWN)
def revoke_token(token_id: int) -> Response:
    with transaction():
        actions.revoke_token(current_actor(), token_id)
    flash(say(text("令牌已作废。")), "ok")
    return redirect(url_for(".me"))
