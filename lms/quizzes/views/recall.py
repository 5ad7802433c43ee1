"""How the recurring checks go, for those who look after the training."""

from flask import render_template

from lms.core import clock
from lms.core.access import Permission
from lms.quizzes.queries.rounds import ENOUGH, faded, rounds
from lms.quizzes.views.room import bp
from lms.web.auth import requires


@bp.get("/recall")
@requires(Permission.QUIZ_ANALYSIS)
def recall() -> str:
    return render_template("lms/quizzes/recall.html", rounds=rounds(), faded=faded(clock.now()), enough=ENOUGH)
