"""今天谁还不能上线、差什么: one list, the worst first."""

from flask import render_template, request
from werkzeug.wrappers import Response

from lms.core.access import Permission, allows
from lms.core.here import today as present_day
from lms.core.i18n import _, say
from lms.reports.leading.rules import LEVEL_KEYS, LEVELS, Worker
from lms.reports.leading.today import Floor, floor
from lms.reports.leading.who import team_of, teams
from lms.reports.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.tables import TableState, download

SIZE = 50


@bp.get("/today")
@requires(Permission.REPORT_READ)
def today() -> str | Response:
    """Show who works today and lacks something. ?team=, ?level=blocked|limited|behind."""
    actor = current_actor()
    table = TableState.from_args(request.args, sorts=("worst",), default="worst", filters=("team", "level"), size=SIZE)
    team = team_of(actor, table.get("team"))
    found = floor(actor, team.id if team else None)
    level = LEVEL_KEYS.get(table.get("level"))
    workers = [each for each in found.lacking if level is None or each.level == level]
    if table.format:
        return _file(table.format, workers)
    table = table.within(len(workers))
    return render_template(
        "lms/reports/today.html",
        found=found,
        levels=LEVELS,
        keys=LEVEL_KEYS,
        workers=workers[table.offset : table.offset + table.size],
        total=len(workers),
        table=table,
        teams=teams(actor),
        counts=_counts(found),
        may_chase=allows(actor, Permission.MESSAGE_SEND),
    )


def _counts(found: Floor) -> dict[str, int]:
    return {key: found.count(level) for key, level in LEVEL_KEYS.items()}


def _file(format: str, workers: list[Worker]) -> Response:
    heads = [_("工号"), _("姓名"), _("团队"), _("班次"), _("能否上线"), _("差什么")]
    rows = [
        [
            each.employee_no,
            each.name,
            each.team,
            each.shift,
            say(LEVELS[each.level]) if each.level else "",
            "；".join(say(lack.words) for lack in each.lacks),
        ]
        for each in workers
    ]
    return download(format, f"{_('能否上线')} {present_day().isoformat()}", heads, rows)
