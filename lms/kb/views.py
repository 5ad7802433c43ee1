"""Pages of the room."""

from flask import Blueprint, render_template

from lms.core.access import Permission
from lms.web.auth import requires

bp = Blueprint("kb", __name__)


@bp.get("/kb")
@requires(Permission.LEARN)
def index() -> str:
    return render_template("lms/home/index.html")
