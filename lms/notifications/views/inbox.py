"""The inbox, and what the bar of an open page asks from time to time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from lms.content.kinds import kind_of
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.here import day_of
from lms.core.i18n import _
from lms.notifications import actions, queries
from lms.notifications.actions.reminders import LATE, REMINDER
from lms.notifications.queries import Told
from lms.notifications.queries.reminders import Reminded, reminded
from lms.notifications.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole


@bp.get("/inbox")
@requires(Permission.LEARN)
def inbox() -> str:
    """Show what the person was told, by day."""
    only = request.args.get("show") == "unread"
    before = whole(request.args.get("before"))
    first = queries.LAST if before is None else before
    found = queries.inbox(current_actor().id, before=first, limit=queries.PAGE + 1, unread=only)
    shown = found[: queries.PAGE]
    return render_template(
        "lms/notifications/inbox.html",
        days=by_day(shown),
        about=_about(shown),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a notice reminded of, as it stands now. lines: the duties with their addresses; of a lead's notice none.

    people, left: of a lead's notice, how many it named and how many of them still have something to do.
    """

    is_settled: bool
    lines: Sequence[tuple[Reminded, str]] = ()
    people: int = 0
    left: int = 0


def _about(shown: Sequence[Told]) -> dict[str, About]:
    found = reminded([told.key for told in shown if told.topic in {REMINDER, LATE}])
    return {key: _of_one(duties, is_late=key.startswith(LATE)) for key, duties in found.items()}


def _of_one(duties: Sequence[Reminded], *, is_late: bool) -> About:
    left = [duty for duty in duties if duty.state == "open"]
    if is_late:
        people = len({duty.person_id for duty in duties})
        return About(is_settled=not left, people=people, left=len({duty.person_id for duty in left}))
    return About(is_settled=not left, lines=[(duty, _duty_address(duty)) for duty in duties])


def _duty_address(duty: Reminded) -> str:
    endpoint = "kb.change" if duty.is_card and duty.state == "open" else kind_of(duty.kind).open_endpoint
    return url_for(endpoint, slug=duty.slug) if endpoint else url_for("home.index")


def _address(told: Told) -> str:
    """Return where a notice leads; the inbox where it leads nowhere or its page is no more."""
    try:
        return url_for(told.endpoint, **told.values) if told.endpoint else url_for(".inbox")
    except BuildError:
        return url_for(".inbox")
