"""团队对比: completion, late people, results of quizzes and drills, team by team over a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, request
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.here import today
from lms.core.i18n import _
from lms.core.quarters import quarter_days, quarters
from lms.reports.leading.rules import Average, TeamLine
from lms.reports.leading.teams import lines
from lms.reports.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import length
from lms.web.tables import TableState, download

SORTS = ("name", "percent", "late", "quizzes", "drills")
DAYS = (30, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days of a choice: `30`, `90` days back from today, or a quarter `2026Q4`."""

    key: str
    first: date
    last: date


def period_of(key: str) -> Period:
    if key in recent():
        first, after = quarter_days(key)
        return Period(key=key, first=first, last=min(after - timedelta(days=1), today()))
    days = int(key) if key.isdecimal() and key in map(str, DAYS) else 90
    return Period(key=str(days), first=today() - timedelta(days=days - 1), last=today())


def recent() -> list[str]:
    return quarters(today() - timedelta(days=370), today())


@bp.get("/compare")
@requires(Permission.REPORT_READ)
def teams() -> str | Response:
    """Show the teams that the actor sees. ?period=30|90|2026Q4."""
    table = TableState.from_args(request.args, sorts=SORTS, default="percent", filters=("period",), size=200)
    period = period_of(table.get("period"))
    found = _sorted(lines(current_actor(), period.first, period.last), table)
    if table.format:
        return _file(table.format, found, period)
    return render_template(
        "lms/reports/teams.html",
        lines=[
            (line, length(line.percent or 0, 100), length(_mean(line.quizzes), 100), length(_mean(line.drills), 100))
            for line in found
        ],
        table=table,
        period=period,
        days=DAYS,
        quarters=recent(),
        any_few=any(line.few or line.quizzes.few or line.drills.few for line in found),
    )


def _mean(average: Average) -> int:
    return average.mean or 0


def _sorted(found: Sequence[TeamLine], table: TableState) -> list[TeamLine]:
    """Return the teams in order; a team without a number comes last whichever way it is sorted."""
    if table.sort == "name":
        return sorted(found, key=lambda line: line.name, reverse=table.descending)
    known = [(number, line) for line in found if (number := _number(line, table.sort)) is not None]
    known.sort(key=lambda pair: (pair[0], pair[1].name), reverse=table.descending)
    return [line for _of, line in known] + [line for line in found if _number(line, table.sort) is None]


def _number(line: TeamLine, sort: str) -> int | None:
    match sort:
        case "late":
            return line.late
        case "quizzes":
            return line.quizzes.mean
        case "drills":
            return line.drills.mean
    return line.percent


def _file(format: str, found: Sequence[TeamLine], period: Period) -> Response:
    heads = [_("团队"), _("在岗人数"), _("到期任务"), _("已完成"), _("完成率 %%"), _("现在逾期的人")]
    heads += [_("测验均分"), _("测验份数"), _("演练均分"), _("演练次数")]
    rows = [
        [
            line.name,
            line.people,
            line.owed,
            line.done,
            line.percent,
            line.late,
            line.quizzes.mean,
            line.quizzes.n,
            line.drills.mean,
            line.drills.n,
        ]
        for line in found
    ]
    return download(format, f"{_('团队对比')} {period.first.isoformat()}–{period.last.isoformat()}", heads, rows)
