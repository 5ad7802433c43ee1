"""The page of one team drill: who takes part, the board while it runs, what came of it afterwards."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import Actor, Permission, allows
from lms.core.here import local
from lms.core.i18n import _, say
from lms.core.points import decimal_text, number
from lms.core.texts import Text, text
from lms.drills.blueprint import bp
from lms.drills.queries import board as board_reading
from lms.drills.queries import team as reading
from lms.drills.queries.team import Row
from lms.drills.queries.team_result import Results, results, scores_alone
from lms.drills.rules import board as board_rules
from lms.drills.rules.lookups import Looked
from lms.drills.rules.play import End
from lms.drills.rules.team import INCIDENTS
from lms.drills.rules.team_result import (
    BINS,
    SMALL,
    SORTS,
    Comparison,
    Group,
    Line,
    Standing,
    by_team,
    compared,
    dimensions_of,
    distribution,
    group,
    in_order,
    worst_scenes,
)
from lms.drills.team_words import window
from lms.drills.views.team_drills import overseer
from lms.web.auth import requires
from lms.web.charts import columns
from lms.web.tables import TableState, download

STANDINGS: dict[str, Text] = {
    Standing.ENDED: text("已完成"),
    Standing.OPEN: text("对话中"),
    Standing.ABSENT: text("没参加"),
    Standing.EXCUSED: text("不参加"),
}
ENDS: dict[str, Text] = {
    End.PASS: text("妥善解决"),
    End.FAIL: text("没有解决"),
    End.TIME: text("时间到"),
    End.STEPS: text("来回太多"),
}
LOOKS: dict[str, Text] = {
    Looked.NOT: text("没有查"),
    Looked.MISSED: text("没找到"),
    Looked.FOUND: text("找到没用"),
}


@bp.get("/team-drills/<drill_id>")
@requires(Permission.DRILL_RESULTS)
def team_drill(drill_id: str) -> str | Response:
    """Show one team drill; as a file, its people as they are shown, and its teams."""
    actor = overseer()
    row = reading.team_drill(actor, drill_id, clock.now())
    table = TableState.from_args(request.args, sorts=SORTS, default="team", filters=("team", "standing"))
    found = results(actor, row.id)
    names = dimensions_of(found.lines)
    lines = in_order(_wanted(found.lines, table), table.sort, descending=table.descending)
    if table.format:
        return _file(table.format, row, lines, found, names)
    comparison = _comparison(actor, row, found)
    return render_template(
        "lms/drills/team_drill.html",
        row=row,
        table=table,
        lines=lines,
        hidden=sum(not each.shown for each in found.lines),
        names=names,
        whole=group(found.lines, names),
        teams=by_team(found.lines, names),
        bars=columns(distribution(found.lines), width=640, height=140),
        bins=[_bin(each) for each in range(BINS)],
        distributed=distribution(found.lines),
        worst=worst_scenes(found.lines),
        titles=found.titles,
        comparison=comparison,
        before=_before(row),
        absent=[each for each in found.lines if each.standing in (Standing.ABSENT, Standing.EXCUSED)],
        standings=STANDINGS,
        ends=ENDS,
        looked=LOOKS,
        small=SMALL,
        shown=shown,
        seconds=seconds,
        bare_seconds=bare_seconds,
        change=change,
        **around(actor, row),
    )


@bp.get("/team-drills/<drill_id>/board")
@requires(Permission.DRILL_RESULTS)
def board(drill_id: str) -> str:
    """Show who stands where at this moment; the page asks again by itself."""
    actor = overseer()
    row = reading.team_drill(actor, drill_id, clock.now())
    return render_template("lms/drills/board.html", **_board(actor, row), **around(actor, row))


@bp.get("/team-drills/<drill_id>/board/live")
@requires(Permission.DRILL_RESULTS)
def board_live(drill_id: str) -> str:
    """The part of the board that is asked for again every five seconds."""
    actor = overseer()
    return render_template("lms/drills/_board.html", **_board(actor, reading.team_drill(actor, drill_id, clock.now())))


def around(actor: Actor, row: Row) -> dict[str, Any]:
    """Return what the head and the tabs of every page of one team drill need."""
    teams = reading.teams_of(row.id)
    return {
        "team_names": teams,
        "manages": reading.manages(actor, teams),
        "may_plan": allows(actor, Permission.DRILL_SCHEDULE),
        "window": window,
        "incidents": INCIDENTS,
    }


def shown(value: Fraction | None, places: int = 1) -> str:
    """Return a score for people, a dash where there is none."""
    return "–" if value is None else decimal_text(value, places)


def change(value: Fraction | None) -> str:
    """Return a difference with its sign, "±0" where nothing is left after rounding."""
    if value is None:
        return "–"
    written = decimal_text(value, 1)
    return "±0" if written == "0" else written if value < 0 else f"+{written}"


def seconds(milliseconds: int | None) -> str:
    """Return milliseconds as seconds for people, a dash where there are none."""
    return "–" if milliseconds is None else _("%(n)s 秒", n=bare_seconds(milliseconds))


def bare_seconds(milliseconds: int) -> str:
    """Return the number alone."""
    return decimal_text(Fraction(milliseconds, 1000), 1)


def _board(actor: Actor, row: Row) -> dict[str, Any]:
    seats = board_reading.seats(actor, row.id, clock.now())
    return {
        "row": row,
        "now": clock.now(),
        "counts": board_rules.counts(seats),
        "boards": board_rules.by_team(seats),
        "shown": shown,
    }


def _comparison(actor: Actor, row: Row, found: Results) -> Comparison | None:
    return compared(found.lines, scores_alone(actor, row.previous)) if row.previous else None


def _before(row: Row) -> reading.Earlier | None:
    return reading.earlier_by_id(row.previous) if row.previous else None


def _wanted(lines: Sequence[Line], table: TableState) -> list[Line]:
    """Return the lines that may be seen and that the filters leave."""
    return [
        each
        for each in lines
        if each.shown and table.get("team") in ("", each.team) and table.get("standing") in ("", each.standing.value)
    ]


def _bin(place: int) -> str:
    return f"{place * 10}–{100 if place == BINS - 1 else place * 10 + 9}"


def _file(format: str, row: Row, lines: Sequence[Line], found: Results, names: Sequence[str]) -> Response:
    teams = [group(found.lines, names, _("合计")), *by_team(found.lines, names)]
    return download(
        format,
        _("实战演练 %(title)s %(day)s", title=row.title, day=local(row.opens_at).strftime("%Y-%m-%d")),
        [
            _("姓名"), _("工号"), _("团队"), _("结果"), _("总分"), *names, _("通过"), _("结局"), _("首次响应（秒）"),
            _("平均响应（秒）"), _("串窗（次）"), *(say(LOOKS[each]) for each in Looked), _("原因"),
        ],
        [_line_cells(each, names) for each in lines],
        more=[
            (
                _("按团队"),
                [
                    _("团队"), _("人数"), _("有成绩"), _("通过人数"), _("平均分"), *names, _("首次响应（秒）"),
                    _("平均响应（秒）"), _("串窗（次）"), *(say(LOOKS[each]) for each in Looked),
                ],
                [_team_cells(each, names) for each in teams],
            )
        ],
    )  # fmt: skip


def _line_cells(line: Line, names: Sequence[str]) -> list[object]:
    desk = line.desk
    return [
        line.name,
        line.employee_no,
        line.team,
        say(STANDINGS[line.standing]),
        _cell(line.total),
        *(_cell(line.dimension(each)) for each in names),
        "" if line.result is None else _("是") if line.result.passed else _("否"),
        say(ENDS[line.result.end]) if line.result else "",
        _in_seconds(desk.first_ms if desk else None),
        _in_seconds(desk.average_ms if desk else None),
        desk.crossed if desk else None,
        *(line.looks(each) if line.result else None for each in Looked),
        line.excused,
    ]


def _team_cells(team: Group, names: Sequence[str]) -> list[object]:
    return [
        team.name,
        team.people,
        team.n,
        team.passed,
        _cell(team.mean),
        *(_cell(team.dimensions[each]) for each in names),
        _in_seconds(team.first_ms),
        _in_seconds(team.average_ms),
        team.crossed,
        *(team.looks[each] for each in Looked),
    ]


def _cell(value: Fraction | None) -> object:
    return None if value is None else number(value)


def _in_seconds(milliseconds: int | None) -> object:
    return None if milliseconds is None else number(Fraction(milliseconds, 1000))
