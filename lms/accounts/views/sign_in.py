"""Sign-in and sign-out."""

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from lms.accounts import actions
from lms.accounts.actions import sign_in as signing
from lms.accounts.actions import slips as slip_actions
from lms.accounts.events import SigningOut
from lms.accounts.views.blueprint import bp
from lms.core.bus import ask
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import LOCALES, say, set_locale
from lms.web.auth import maybe_actor, public, safe_next
from lms.web.auth import sign_in as start_session
from lms.web.auth import sign_out as end_session


@bp.get("/sign-in")
@public
def sign_in() -> str | Response:
    """Show the sign-in page; whoever is signed in already goes on."""
    if maybe_actor():
        return redirect(safe_next(request.args.get("next")) or url_for("home.index"))
    return render_template(
        "lms/accounts/sign_in.html", employee_no="", error=None, nobody=not slip_actions.somebody_can_sign_in()
    )


@bp.post("/sign-in")
@public
def sign_in_submit() -> Response | tuple[str, int]:
    """Count the try, judge it outside of any transaction (it takes long on purpose), then forgive or refuse it."""
    employee_no = request.form.get("employee_no", "")
    try:
        signing.check_password_way(employee_no)
        with transaction():
            counted = signing.count_try(employee_no, request.remote_addr or "")
        person = signing.judge(employee_no, request.form.get("password", ""))
        if person is None:
            raise signing.wrong_password(counted.after)
        person_id = person.id
        with transaction():
            actor, version = signing.signed_in(counted, person_id)
    except DomainError as error:
        page = render_template("lms/accounts/sign_in.html", employee_no=employee_no[:40], error=say(error.message))
        return page, error.status
    start_session(actor, version)
    return redirect(safe_next(request.args.get("next")) or url_for("home.index"))


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session; who came in through the company's sign-on is led on to sign out there as well."""
    visit = session.get("signon_visit", "")
    further = next((address for address in ask(SigningOut(visit=visit)) if address), "")
    end_session()
    if further:
        session["signon_left"] = visit
    return redirect(further or url_for(".sign_in"))


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
