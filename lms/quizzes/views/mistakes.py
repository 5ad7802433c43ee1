"""再练错题: from the quiz's first page or a result to a practice of one's own mistakes."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.i18n import say
from lms.quizzes.actions.mistakes import practise
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires


@bp.post("/quizzes/<path:slug>/mistakes")
@requires(Permission.LEARN)
def mistakes(slug: str) -> Response:
    """Begin the practice, or go on with it; whoever has nothing to practise is told so on the quiz's first page."""
    actor = current_actor()
    try:
        with transaction():
            started = practise(actor, slug)
    except Conflict as refused:
        flash(say(refused.message), "warn")
        return redirect(url_for(".intro", slug=slug), 303)
    return redirect(url_for(".paper", attempt_id=started.public_id), 303)
