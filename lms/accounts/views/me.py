"""One's own account."""

from flask import render_template

from lms.accounts.views.blueprint import bp
from lms.core.access import Permission
from lms.web.auth import requires


@bp.get("/me")
@requires(Permission.LEARN)
def me() -> str:
    return render_template("lms/home/index.html")


@bp.get("/people")
@requires(Permission.PERSON_READ)
def people() -> str:
    return render_template("lms/home/index.html")
