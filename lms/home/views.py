"""The first screen of every role."""

from flask import Blueprint, render_template

from lms.core.access import Permission
from lms.web.auth import current_actor, requires

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.LEARN)
def index() -> str:
    return render_template("lms/home/index.html", actor=current_actor())
