"""本周: a team's week on one page, printed on A4."""

from datetime import date, timedelta

from flask import render_template, request
from werkzeug.wrappers import Response

from lms.accounts.queries import TeamRow
from lms.core.access import Actor, Permission
from lms.core.here import local, today
from lms.core.i18n import _
from lms.reports.leading.week import Meeting, Row, Week
from lms.reports.leading.week import week as week_of
from lms.reports.leading.who import team_of, teams
from lms.reports.views.room import bp
from lms.web.auth import current_actor, reachable, requires
from lms.web.shell import show_day, show_short_day, show_weekday
from lms.web.tables import TableState, download

SIZE = 80


@bp.get("/week")
@requires(Permission.REPORT_READ)
def week() -> str | Response:
    """Show the week in which ?on= lies, of the team ?team=; without one of the actor's own."""
    actor = current_actor()
    table = TableState.from_args(request.args, sorts=("team",), default="team", filters=("team", "on"), size=SIZE)
    shown = teams(actor)
    team = team_of(actor, table.get("team")) or _own(actor, shown)
    first = _monday(table.get("on"))
    if team is None:
        return render_template("lms/reports/week.html", found=None, teams=[], table=table)
    found = week_of(actor, team.id, first, limit=5_000 if table.format else SIZE, offset=table.offset)
    if table.format:
        return _file(table.format, team, found)
    return render_template(
        "lms/reports/week.html",
        found=found,
        team=team,
        teams=shown,
        table=table,
        meetings=[(_hours(meeting), meeting) for meeting in found.meetings],
        today=today(),
        before=(first - timedelta(days=7)).isoformat(),
        after=(first + timedelta(days=7)).isoformat(),
        may_open_meetings=reachable("learning.sessions"),
        may_confirm=reachable("learning.queue"),
    )


def _monday(written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = today()
    if not 2000 <= day.year <= 2100:
        day = today()
    return day - timedelta(days=day.weekday())


def _own(actor: Actor, shown: list[TeamRow]) -> TeamRow | None:
    """Return the actor's own team where its people are seen, else the first one that is."""
    return next((team for team in shown if team.id == actor.team_id), None) or next(iter(shown), None)


def _hours(meeting: Meeting) -> str:
    starts, ends = local(meeting.starts_at), local(meeting.ends_at)
    return f"{show_short_day(starts.date())} {show_weekday(starts.date())} {starts:%H:%M}–{ends:%H:%M}"


def day_words(row: Row, at: int) -> str:
    day = row.days[at]
    if day.state == "leave":
        return _("假")
    if day.state == "off":
        return _("休")
    return day.shift or _("班")


def _file(format: str, team: TeamRow, found: Week) -> Response:
    heads = [_("工号"), _("姓名"), _("团队")]
    heads += [f"{show_day(day)} {show_weekday(day)}" for day in found.days]
    heads += [_("本周到期"), _("已逾期")]
    rows = [
        [
            row.employee_no,
            row.name,
            row.team,
            *(day_words(row, at) for at in range(len(row.days))),
            sum(day.due for day in row.days),
            row.late,
        ]
        for row in found.rows
    ]
    return download(format, f"{team.name} {found.days[0].isoformat()}", heads, rows)
