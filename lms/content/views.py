"""Pages of the room."""

from flask import Blueprint, render_template

from lms.core.access import Permission
from lms.web.auth import requires

bp = Blueprint("content", __name__)


@bp.get("/studio")
@requires(Permission.CONTENT_EDIT)
def index() -> str:
    return render_template("lms/home/index.html")
