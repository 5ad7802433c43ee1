"""Sign-in and sign-out."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import LOCALES, say, set_locale
from lms.web.auth import maybe_actor, public, requires, safe_next
from lms.web.auth import sign_in as start_session
from lms.web.auth import sign_out as end_session

bp = Blueprint("accounts", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> str | Response:
    """Show the sign-in page; whoever is signed in already goes on."""
    if maybe_actor():
        return redirect(safe_next(request.args.get("next")) or "/")
    return render_template("lms/accounts/sign_in.html", employee_no="", error=None)


@bp.post("/sign-in")
@public
def sign_in_submit() -> str | Response | tuple[str, int]:
    employee_no = request.form.get("employee_no", "")
    try:
        with transaction():
            actor, version = actions.check_password(
                employee_no, request.form.get("password", ""), request.remote_addr or ""
            )
    except DomainError as error:
        page = render_template("lms/accounts/sign_in.html", employee_no=employee_no, error=say(error.message))
        return page, error.status
    start_session(actor, version)
    return redirect(safe_next(request.args.get("next")) or url_for("home.index"))


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    end_session()
    return redirect(url_for(".sign_in"))


@bp.post("/language")
@public
def language() -> Response:
    """Choose the language of this browser, and of the person where one is signed in."""
    chosen = request.form.get("locale", "")
    if chosen in LOCALES:
        session["locale"] = chosen
        set_locale(chosen)
        if actor := maybe_actor():
            with transaction():
                actions.set_preferences(actor, locale=chosen)
    return redirect(safe_next(request.form.get("next")) or url_for(".sign_in"))


@bp.get("/me")
@requires(Permission.LEARN)
def me() -> str:
    return render_template("lms/home/index.html")


@bp.get("/people")
@requires(Permission.PERSON_READ)
def people() -> str:
    return render_template("lms/home/index.html")
