"""Pages of the room."""

from flask import Blueprint, render_template

from lms.core.access import Permission
from lms.web.auth import requires

bp = Blueprint("reports", __name__)


@bp.get("/reports/completion")
@requires(Permission.REPORT_READ)
def completion() -> str:
    return render_template("lms/home/index.html")
