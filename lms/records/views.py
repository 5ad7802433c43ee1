"""What is kept about a person: one's own as a file; for HR the page on which somebody is erased."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.core.access import Permission
from lms.core.audit import audit
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.i18n import gettext, say
from lms.records import erasing
from lms.web.auth import current_actor, requires

bp = Blueprint("records", __name__)


@bp.post("/me/export")
@requires(Permission.LEARN)
def own_export() -> Response:
    """Give somebody all that is kept about them, as a ZIP."""
    return _file(current_actor().id, current_actor().employee_no)


@bp.get("/people/<employee_no>/privacy")
@requires(Permission.PERSON_ERASE)
def privacy(employee_no: str) -> str:
    """Show HR what is kept about somebody, and what erasing would take."""
    return _page(employee_no)


@bp.post("/people/<employee_no>/privacy/export")
@requires(Permission.PERSON_ERASE)
def export(employee_no: str) -> Response:
    """Give HR all that is kept about somebody; that it was given stands in the audit."""
    actor = current_actor()
    person = accounts.person_by_no(actor, employee_no, Permission.PERSON_ERASE)
    with transaction():
        audit(actor.id, "person.exported", "person", person.id, person_id=person.id)
    return _file(person.id, employee_no)


@bp.post("/people/<employee_no>/privacy/erase")
@requires(Permission.PERSON_ERASE)
def erase(employee_no: str) -> Response | tuple[str, int]:
    """Erase somebody; the number has to be written once more, since nothing brings it back."""
    actor = current_actor()
    person = accounts.person_by_no(actor, employee_no, Permission.PERSON_ERASE)
    person_id = person.id
    if request.form.get("again", "").strip() != employee_no:
        return _page(employee_no, gettext("请再写一遍工号，以免删错人。")), 422
    try:
        with transaction():
            erasing.erase(actor, person_id)
    except Conflict as error:
        return _page(employee_no, say(error.message)), error.status
    erasing.note_erasures()
    flash(gettext("个人信息已删除，成绩和学习记录只剩编号。"), "success")
    return redirect(url_for("accounts.people"))


def _page(employee_no: str, wrong: str = "") -> str:
    person = accounts.person_by_no(current_actor(), employee_no, Permission.PERSON_ERASE)
    reason = erasing.why_not(person)
    return render_template(
        "lms/records/privacy.html",
        person=person,
        held=erasing.held(person.id),
        reason=say(reason.message) if reason else "",
        wrong=wrong,
    )


def _file(person_id: int, employee_no: str) -> Response:
    made = BytesIO(erasing.package(person_id))
    return send_file(made, mimetype="application/zip", as_attachment=True, download_name=f"{employee_no}.zip")
