"""Robots of the teams' group chats: kept, tried, silenced; addresses and secrets are never shown again."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries as accounts
from lms.core.access import Permission
from lms.core.answers import explain
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import _, say
from lms.notifications.actions import robots as acting
from lms.notifications.queries import log
from lms.notifications.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole


@bp.get("/settings/robots")
@requires(Permission.NOTIFY_EDIT)
def robots() -> str:
    """Show the robots, and the form for one more."""
    return _page({}, {})


@bp.post("/settings/robots")
@requires(Permission.NOTIFY_EDIT)
def keep_robot() -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "").strip() for name in ("team_id", "platform", "name", "url", "secret")}
    try:
        with transaction():
            acting.keep(
                current_actor(),
                team_id=whole(given["team_id"]) or 0,
                platform=given["platform"],
                name=given["name"],
                url=given["url"],
                secret=given["secret"],
                weekly=request.form.get("weekly") == "1",
            )
    except Invalid as error:
        return _page(given, {name: say(reason) for name, reason in error.fields.items()}), 422
    flash(_("已加上。点“试一下”看群里有没有收到。"), "ok")
    return redirect(url_for(".robots"), 303)


@bp.post("/settings/robots/<robot_id>")
@requires(Permission.NOTIFY_EDIT)
def change_robot(robot_id: str) -> Response:
    """Try a robot, silence it or let it speak, send its last message again. do: try | off | on | resend."""
    do, actor = request.form.get("do", ""), current_actor()
    with transaction():
        if do in ("on", "off"):
            acting.switch(actor, robot_id, active=do == "on")
        elif do == "resend":
            acting.resend(actor, [request.form.get("message", "")])
        else:
            acting.try_out(actor, robot_id)
    flash(_("已保存。") if do in ("on", "off") else _("已排队，几秒后看群里。"), "ok")
    return redirect(url_for(".robots"), 303)


def _page(given: dict[str, str], wrong: dict[str, str]) -> str:
    return render_template(
        "lms/notifications/robots.html",
        robots=log.robots(),
        teams=accounts.team_tree(),
        given=given,
        wrong=wrong,
        explain=explain,
    )
