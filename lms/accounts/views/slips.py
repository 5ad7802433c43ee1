"""Sign-in slips: the way in by QR or typed code, and printing."""

from collections.abc import Sequence

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries
from lms.accounts.actions import slips as slip_actions
from lms.accounts.rules.sign_in import code_shown
from lms.accounts.slip_codes import only_here, slip_qr
from lms.accounts.slip_codes import slip_link as slip_link_of
from lms.accounts.views.blueprint import bp
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.i18n import say
from lms.core.texts import text
from lms.web.auth import current_actor, public, requires
from lms.web.auth import sign_in as start_session

HELD = "slip"
"""In the session: the id of the slip that this browser has shown."""


@bp.get("/slip/<token>")
@public
def slip_link(token: str) -> Response | tuple[str, int]:
    """Open the way that a QR code leads to; the token leaves the address at once. Nothing is used up yet."""
    try:
        session[HELD] = slip_actions.slip_by_token(token)
    except DomainError as error:
        return _refused(error)
    return redirect(url_for(".slip_password"))


@bp.get("/slip")
@public
def slip() -> str:
    """Show the form for the number and the code on the slip."""
    return render_template("lms/accounts/slip.html", employee_no="", error=None)


@bp.post("/slip")
@public
def slip_submit() -> Response | tuple[str, int]:
    employee_no, code = request.form.get("employee_no", ""), request.form.get("code", "")
    try:
        with transaction():
            counted = slip_actions.count_code(employee_no, request.remote_addr or "")
        with transaction():
            found = slip_actions.slip_by_code(employee_no, code, counted)
        if found is None:
            raise slip_actions.wrong_code(counted.after)
    except slip_actions.SlipRefused as error:
        return _refused(error)
    except DomainError as error:
        page = render_template("lms/accounts/slip.html", employee_no=employee_no[:40], error=say(error.message))
        return page, error.status
    session[HELD] = found
    return redirect(url_for(".slip_password"))


@bp.get("/slip/password")
@public
def slip_password() -> str | Response | tuple[str, int]:
    """Ask whoever has shown a slip to choose a password."""
    if HELD not in session:
        return redirect(url_for(".slip"))
    try:
        person = slip_actions.slip_holder(session[HELD])
    except DomainError as error:
        return _refused(error)
    return render_template("lms/accounts/slip_password.html", person=person, errors={})


@bp.post("/slip/password")
@public
def slip_password_submit() -> Response | tuple[str, int]:
    if HELD not in session:
        return redirect(url_for(".slip"))
    slip_id: int = session[HELD]
    try:
        person = slip_actions.slip_holder(slip_id)
        hashed = slip_actions.hash_of(
            request.form.get("password", ""),
            request.form.get("again", ""),
            of=(person.employee_no or "", person.name or ""),
        )
    except Invalid as error:
        errors = {name: say(reason) for name, reason in error.fields.items()}
        page = render_template("lms/accounts/slip_password.html", person=person, errors=errors)
        return page, error.status
    except DomainError as error:
        return _refused(error)
    try:
        with transaction():
            actor, version = slip_actions.choose_password(slip_id, hashed)
    except DomainError as error:
        return _refused(error)
    start_session(actor, version)
    return redirect(url_for("home.index"))


@bp.post("/people/<employee_no>/slip")
@requires(Permission.SLIP_PRINT)
def person_slip(employee_no: str) -> Response | str:
    """Make and show one person's new slip: the one click of a lead."""
    actor = current_actor()
    person = queries.person_by_no(actor, employee_no, Permission.SLIP_PRINT)
    with transaction():
        made = slip_actions.make_slips(actor, [person.id])
    return printed(made)


@bp.post("/cohorts/<int:cohort_id>/slips")
@requires(Permission.SLIP_PRINT)
def cohort_slips(cohort_id: int) -> Response | str:
    """Make and show a new slip for each member who has none of his own passwords yet, or for all."""
    actor = current_actor()
    queries.cohort(actor, cohort_id)
    members = [row for row in queries.cohort_members(actor, cohort_id, Permission.SLIP_PRINT) if row.active]
    if request.form.get("who") != "all":
        members = [row for row in members if not row.has_password]
    if not members:
        raise Invalid(text("这批人都已经设好密码，没有要打印的登录条。要重新打印请到各人的页面。"))
    with transaction():
        made = slip_actions.make_slips(actor, [row.id for row in members])
    return printed(made)


@bp.post("/people/slips")
@requires(Permission.SLIP_PRINT)
def many_slips() -> str:
    """Make and show a new slip for each of these people (`person`: employee numbers), for all of them or nobody."""
    actor = current_actor()
    numbers = list(dict.fromkeys(request.form.getlist("person")))
    if not 0 < len(numbers) <= slip_actions.MOST_SLIPS:
        raise Invalid(text("一次打印 1 到 %(most)s 张登录条。", most=slip_actions.MOST_SLIPS))
    ids = queries.ids_by_no(actor, numbers, Permission.SLIP_PRINT)
    if len(ids) != len(numbers):
        raise NotFound()
    with transaction():
        made = slip_actions.make_slips(actor, ids)
    return printed(made)


def printed(made: Sequence[slip_actions.PrintedSlip]) -> str:
    """Return the page to print: the codes are on it this once."""
    if not made:
        raise NotFound()
    slips = []
    for one in made:
        url = slip_link_of(one.token)
        slips.append({"slip": one, "code": code_shown(one.code), "url": url, "qr": slip_qr(url)})
    only = only_here(str(slips[0]["url"]))
    return render_template("lms/accounts/slips_print.html", slips=slips, expires_at=made[0].expires_at, only_here=only)


def _refused(error: DomainError) -> tuple[str, int]:
    session.pop(HELD, None)
    return render_template("lms/accounts/slip_refused.html", message=say(error.message)), error.status
