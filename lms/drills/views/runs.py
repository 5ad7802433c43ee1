"""演练记录: every run of a drill for those who see results, with filters, in any order, as a file."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.queries import teams_within
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Permission, Scope, allows, scopes
from lms.core.errors import NotFound
from lms.core.here import local
from lms.core.i18n import _, say
from lms.core.points import decimal_text, number
from lms.core.texts import Text, text
from lms.drills.blueprint import bp
from lms.drills.queries import runs as reading
from lms.drills.queries.runs import SORTS, Line, Wanted
from lms.drills.rules.play import End
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.tables import TableState, download

FILTERS = ("team", "result", "drill", "from", "to", "state", "q")
RESULTS: dict[str, Text] = {"passed": text("通过"), "failed": text("未通过")}
STATES: dict[str, Text] = {"waiting": text("有回复待复核"), "practice": text("场景重练")}
ENDS: dict[str, Text] = {
    End.PASS.value: text("顾客接受"),
    End.FAIL.value: text("顾客离开"),
    End.TIME.value: text("时间用完"),
    End.STEPS.value: text("绕得太久"),
}


@bp.get("/drills/<path:slug>/runs", endpoint="runs")
@requires(Permission.DRILL_RESULTS)
def all_runs(slug: str) -> str | BaseResponse:
    """Show a line for each run; as a file it is exactly what is shown, all pages of it."""
    actor = current_actor()
    if scopes(actor, Permission.DRILL_RESULTS) <= {Scope.OWN}:
        raise NotFound()  # who sees nobody but himself has his own runs on the drill's page
    card = content.open_work("drill", slug).card
    if card.slug != slug:
        return redirect(url_for(".runs", slug=card.slug), 301)
    table = TableState.from_args(request.args, sorts=SORTS, default="-ended", filters=FILTERS)
    found = reading.runs(actor, card.document_id, _wanted(table))
    lines = reading.in_order(found, table.sort, descending=table.descending)
    names = _dimensions(lines)
    if table.format:
        return _file(table.format, card.title, names, lines)
    table = table.within(len(lines))
    return render_template(
        "lms/drills/runs.html",
        drill=card,
        table=table,
        lines=lines[table.offset : table.offset + table.size],
        total=len(lines),
        passed=sum(line.passed for line in lines),
        waiting=sum(line.waiting for line in lines),
        mean=decimal_text(sum((line.total for line in lines), Fraction(0)) / len(lines), 1) if lines else "–",
        names=names,
        teams=teams_within(actor, Permission.DRILL_RESULTS),
        team_drills=reading.team_drills_of(card.document_id),
        results=RESULTS,
        states=STATES,
        ends=ENDS,
        score=_score,
        may_review=allows(actor, Permission.DRILL_REVIEW),
    )


def _wanted(table: TableState) -> Wanted:
    result = table.get("result")
    return Wanted(
        team_id=whole(table.get("team")),
        team_drill_id=whole(table.get("drill")),
        passed=result == "passed" if result in RESULTS else None,
        first=_day(table.get("from")),
        last=_day(table.get("to")),
        waiting=table.get("state") == "waiting",
        practice=table.get("state") == "practice",
        words=table.get("q"),
    )


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _dimensions(lines: Sequence[Line]) -> tuple[str, ...]:
    """Return the dimensions of these runs, each once: a drill may have had others before."""
    return tuple(dict.fromkeys(each.name for line in lines for each in line.whole.dimensions))


def _score(line: Line, name: str = "") -> str:
    """Return a score for people: of the whole, or of a dimension, "–" where it was not shown."""
    value = line.score_of(name) if name else line.total
    return "–" if value is None else decimal_text(value, 1)


def _file(format: str, title: str, names: Sequence[str], lines: Sequence[Line]) -> Response:
    headers = [
        _("姓名"), _("工号"), _("团队"), _("结束时间"), _("第几次"), _("总分"), _("结果"), *names,
        _("结局"), _("用时（秒）"), _("首次响应（秒）"), _("查知识（次）"),
        _("点评分"), _("待复核"), _("实战演练"), _("场景重练"),
    ]  # fmt: skip
    rows = [
        (
            line.person,
            line.employee_no,
            line.team,
            local(line.ended_at).strftime("%Y-%m-%d %H:%M"),
            line.number,
            number(line.total),
            say(RESULTS["passed" if line.passed else "failed"]),
            *(None if (value := line.score_of(name)) is None else number(value) for name in names),
            say(ENDS[line.whole.end.value]),
            line.seconds,
            None if line.first_ms is None else round(line.first_ms / 1_000),
            line.lookups,
            line.rating,
            _("是") if line.waiting else "",
            line.team_drill,
            _("是") if line.practice else "",
        )
        for line in lines
    ]
    name = _("%(title)s 演练记录 %(time)s", title=title, time=local(clock.now()).strftime("%Y-%m-%d"))
    return download(format, name, headers, rows)
