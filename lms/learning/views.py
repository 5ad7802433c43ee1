"""Pages of the room."""

from flask import Blueprint, render_template

from lms.core.access import Permission
from lms.web.auth import requires

bp = Blueprint("learning", __name__)


@bp.get("/courses")
@requires(Permission.LEARN)
def index() -> str:
    return render_template("lms/home/index.html")


@bp.get("/confirm")
@requires(Permission.TASK_CONFIRM)
def queue() -> str:
    return render_template("lms/home/index.html")
