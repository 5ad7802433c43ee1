"""A person's own settings: on which ways they are told, and how often."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.i18n import gettext
from lms.notifications import queries
from lms.notifications.actions.preferences import set_preference
from lms.notifications.queries.plan import plan
from lms.notifications.rules.ways import WAYS, ways
from lms.notifications.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/me/notifications")
@requires(Permission.LEARN)
def preferences() -> str:
    """Show on which ways the person is told and what they have chosen."""
    receiver = queries.receivers([current_actor().id])[current_actor().id]
    working = queries.working()
    return render_template(
        "lms/notifications/preferences.html",
        receiver=receiver,
        offered=[way for way in WAYS if way in working],
        reached=ways(receiver, working),
        hours=plan().hours,
    )


@bp.post("/me/notifications")
@requires(Permission.LEARN)
def change_preferences() -> Response:
    """Keep what the person has chosen; a way that the installation has not is left as it was."""
    actor = current_actor()
    offered = set(queries.working())
    kept = queries.receivers([actor.id])[actor.id].off
    off = (offered - set(request.form.getlist("ways"))) | (kept - offered)
    with transaction():
        set_preference(actor, digest=request.form.get("digest", ""), off=off)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".preferences"), 303)
