"""The log of what was sent: found by state, way, day and person; what is dead is sent again by hand."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.i18n import _
from lms.notifications import actions
from lms.notifications.queries import log
from lms.notifications.queries.log import Filter
from lms.notifications.views.room import bp
from lms.web.auth import current_actor, requires

MOST_AT_ONCE = 1_000


@bp.get("/settings/deliveries")
@requires(Permission.NOTIFY_EDIT)
def deliveries() -> str:
    """Show the log. ?state=, ?channel=, ?day=, ?q=, ?before="""
    wanted = _filter(request.args)
    found = log.deliveries(wanted, before=request.args.get("before", "")[:32], limit=log.PAGE + 1)
    shown = found[: log.PAGE]
    return render_template(
        "lms/notifications/deliveries.html",
        wanted=wanted,
        shown=shown,
        older=shown[-1].public_id if len(found) > log.PAGE else None,
        first=not request.args.get("before"),
        counts=log.counts(clock.now() - timedelta(days=7)),
        channels=log.CHANNELS,
        states=log.STATES,
        kept={key: value for key, value in request.args.items() if key in ("state", "channel", "day", "q") and value},
    )


@bp.post("/settings/deliveries/resend")
@requires(Permission.NOTIFY_EDIT)
def resend() -> Response:
    """Send those that are ticked once more, or all dead ones that the filter leaves."""
    wanted = _filter(request.form)
    chosen = request.form.getlist("delivery")[:MOST_AT_ONCE]
    if request.form.get("all") == "1":
        chosen = log.dead(wanted, MOST_AT_ONCE)
    with transaction():
        count = actions.resend(current_actor(), chosen)
    if count:
        flash(_("%(n)s 条已排队重发。", n=count), "ok")
    else:
        flash(_("没有可以重发的：已发出的不再发，离职的人不发。"), "info")
    back = url_for(
        ".deliveries",
        state=wanted.state or None,
        channel=wanted.channel or None,
        q=wanted.q or None,
        day=wanted.day.isoformat() if wanted.day else None,
    )
    return redirect(back, 303)


def _filter(given: Mapping[str, str]) -> Filter:
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError:
        day = None
    state, channel = given.get("state", ""), given.get("channel", "")
    return Filter(
        state=state if state in log.STATES else "",
        channel=channel if channel in log.CHANNELS else "",
        day=day,
        q=given.get("q", "").strip()[:40].replace("\0", ""),
    )
