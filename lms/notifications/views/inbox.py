"""The inbox, and what the bar of an open page asks from time to time."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.here import day_of
from lms.core.i18n import _
from lms.notifications import actions, queries
from lms.notifications.queries import Told
from lms.notifications.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/inbox")
@requires(Permission.LEARN)
def inbox() -> str:
    """Show what the person was told, by day."""
    only = request.args.get("show") == "unread"
    before = request.args.get("before", "")
    first = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else queries.LAST
    found = queries.inbox(current_actor().id, before=first, limit=queries.PAGE + 1, unread=only)
    shown = found[: queries.PAGE]
    return render_template(
        "lms/notifications/inbox.html",
        days=by_day(shown),
        only_unread=only,
        newest=first == queries.LAST,
        older=shown[-1].id if len(found) > queries.PAGE else None,
    )


@bp.post("/inbox/<int:notice_id>")
@requires(Permission.LEARN)
def open_notice(notice_id: int) -> Response:
    """Take one notice as read and go on to what it is about. Not there, or somebody else's: not found."""
    actor = current_actor()
    found = queries.of_person(actor.id, [notice_id])
    if not found:
        raise NotFound()
    with transaction():
        actions.read(actor, [notice_id])
    return redirect(_address(found[0]), 303)


@bp.post("/inbox/read")
@requires(Permission.LEARN)
def read_all() -> Response:
    with transaction():
        count = actions.read(current_actor())
    if count:
        flash(_("%(n)s 条都标为已读了。", n=count), "ok")
    return redirect(url_for(".inbox"), 303)


@bp.get("/alerts")
@requires(Permission.LEARN)
def alerts() -> str:
    """What the bar of an open page asks once a minute: the bell, and urgent notices, as pieces of a page."""
    return render_template("lms/notifications/alerts.html")


def by_day(notices: Iterable[Told]) -> list[tuple[object, Sequence[Told]]]:
    """Return the notices in groups of one day each, the unread ones of a day first."""
    return [
        (day, sorted(group, key=lambda told: told.read))
        for day, group in groupby(notices, key=lambda told: day_of(told.at))
    ]


def _address(told: Told) -> str:
    """Return where a notice leads; the inbox where it leads nowhere or its page is no more."""
    try:
        return url_for(told.endpoint, **told.values) if told.endpoint else url_for(".inbox")
    except BuildError:
        return url_for(".inbox")
