"""Completion: by person, team, intake and item; one person's whole account; exactly what is shown as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.queries import TeamRow, team_tree
from lms.core.access import Actor, Permission, allows
from lms.core.here import today
from lms.core.i18n import _, gettext
from lms.core.quarters import quarters
from lms.core.texts import Text, text
from lms.reports import person as people
from lms.reports import queries
from lms.reports.queries import Filter, Goal
from lms.reports.rules import BY_DAY, BY_ITEM, Block, Column, Line, Summary, dated, grouping, total_of
from lms.reports.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.shell import show_day, show_minutes
from lms.web.tables import TableState, download

FILTERS = ("goal", "team", "cohort", "quarter", "status", "q", "view", "by", "day", "left")
STATUS: dict[str, Text] = {
    "overdue": text("逾期"),
    "part": text("进行中，未到期"),
    "open": text("还没开始"),
    "done": text("已完成"),
}
STATE_WORDS: dict[str, Text] = {
    "done": text("已完成"),
    "exempt": text("豁免"),
    "off": text("豁免"),
    "overdue": text("逾期"),
    "late": text("逾期"),
    "part": text("进行中"),
    "open": text("未开始"),
    "none": text("无此项"),
}
VIEWS: dict[str, Text] = {
    "people": text("人员 × 项目"),
    "team": text("按团队"),
    "cohort": text("按批次"),
    "item": text("按项目"),
    "minutes": text("学习时长"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filters above the report offer."""

    goals: Sequence[Goal]
    teams: Sequence[object]
    cohorts: Sequence[tuple[int, str]]
    quarters: Sequence[str]


class ReportState(TableState):
    """The state of the report's address, and the addresses of its other looks."""

    def viewed(self, view: str) -> str:
        keep = {name: value for name, value in self.filters.items() if name not in {"view", "day", "by"}}
        return self._address(filters=keep | ({"view": view} if view != "people" else {}))

    def grouped(self, by: str) -> str:
        return self._address(filters={**self.filters, "by": by})

    def on_day(self, day: str) -> str:
        return self._address(filters={**self.filters, "day": day})


def table_state() -> ReportState:
    return ReportState.from_args(request.args, sorts=queries.SORTS, default="overdue", filters=FILTERS, size=25)


@bp.get("/reports/completion")
@requires(Permission.REPORT_READ)
def completion() -> str | BaseResponse:
    """Show how far everybody is with one goal; without a goal, with the one that most people owe."""
    actor = current_actor()
    table = table_state()
    goals = queries.goals(actor)
    if not goals:
        return render_template("lms/reports/empty.html", may_assign=allows(actor, Permission.ASSIGN))
    goal = next((each for each in goals if each.name == table.get("goal")), None)
    if goal is None:
        if table.get("goal"):
            return redirect(url_for(".completion"))
        goal = goals[0]
    teams = team_tree()
    wanted = filter_of(goal, table, teams)
    view = table.get("view") if table.get("view") in VIEWS else "people"
    choices = Choices(
        goals=goals,
        teams=[team for team in teams if team.id in actor.teams_below or _sees_all_teams(actor)],
        cohorts=queries.cohorts(actor),
        quarters=_recent_quarters(),
    )
    shared = {
        "goal": goal,
        "wanted": wanted,
        "table": table,
        "view": view,
        "views": VIEWS,
        "choices": choices,
        "may_assign": allows(actor, Permission.ASSIGN),
    }
    if view in {"team", "cohort"}:
        groups = queries.by_team(actor, wanted) if view == "team" else queries.by_cohort(actor, wanted)
        if table.format:
            return _export_groups(table, goal, view, groups)
        everybody = queries.summary(actor, wanted) if view == "cohort" else total_of([group for _name, group in groups])
        return render_template("lms/reports/groups.html", groups=groups, summary=everybody, **shared)
    if view == "item":
        items = queries.by_item(actor, wanted)
        if table.format:
            return _export_items(table, goal, items)
        return render_template("lms/reports/items.html", items=items, summary=queries.summary(actor, wanted), **shared)
    return _people(actor, goal, wanted, table, view, shared)


def _people(
    actor: Actor, goal: Goal, wanted: Filter, table: TableState, view: str, shared: dict[str, object]
) -> str | Response:
    day = whole(table.get("day"))
    shape = queries.shape(goal.document_id)
    by = grouping(BY_ITEM if day else table.get("by"), shape.items, shape.days)
    columns = queries.columns(wanted, by, day) if view == "people" else []
    if table.format:
        lines = queries.lines(actor, wanted, sort=table.sort, descending=table.descending, minutes=view == "minutes")
        return _export_people(table, goal, view, lines, columns, by, day)
    summary = queries.summary(actor, wanted)
    total = summary.people
    table = table.within(total)
    lines = queries.lines(
        actor,
        wanted,
        sort=table.sort,
        descending=table.descending,
        limit=table.size,
        offset=table.offset,
        minutes=view == "minutes",
    )
    cells = queries.cells([line.assignment_id for line in lines], by, day) if view == "people" and lines else {}
    columns = dated(columns, cells)
    everybody = queries.summary(actor, replace(wanted, status="", q="")) if wanted.status or wanted.q else summary
    return render_template(
        "lms/reports/people.html" if view == "people" else "lms/reports/minutes.html",
        **{
            **shared,
            "table": table,
            "lines": lines,
            "columns": columns,
            "cells": states_of(lines, columns, cells, by),
            "summary": everybody,
            "total": total,
            "by": by,
            "day": day,
            "shape": shape,
            "statuses": STATUS,
            "person_base": url_for(".person", employee_no="-")[:-1],
            "BY_DAY": BY_DAY,
        },
    )


def states_of(
    lines: Sequence[Line], columns: Sequence[Column], cells: Mapping[tuple[int, str], Block], by: str
) -> dict[int, list[tuple[str, str]]]:
    """Return label and state of every cell of a person's row, so that the template only writes them."""
    heads = [(column.key, column.key if by == BY_DAY else column.short) for column in columns]
    found = {}
    for line in lines:
        row = [(label, cells.get((line.assignment_id, key))) for key, label in heads]
        found[line.assignment_id] = [(label, block.state if block else "none") for label, block in row]
    return found


def _sees_all_teams(actor: Actor) -> bool:
    return actor.leads_root or not actor.teams_below


def filter_of(goal: Goal, table: TableState, teams: Sequence[TeamRow]) -> Filter:
    """Return which people are meant by the filters in the address; what does not exist filters nothing away."""
    team = next((each.id for each in teams if each.code == table.get("team")), None)
    return Filter(
        document_id=goal.document_id,
        team_id=team,
        cohort_id=whole(table.get("cohort")),
        quarter=table.get("quarter") if table.get("quarter") in _recent_quarters() else "",
        status=table.get("status") if table.get("status") in STATUS else "",
        q=table.get("q"),
        left_too=table.get("left") == "1",
    )


def _recent_quarters() -> list[str]:
    return quarters(today().replace(year=today().year - 1, day=1), today())


def column_title(column: Column, by: str) -> str:
    return _("第%(n)s天", n=column.key) if by == BY_DAY else column.title


def _title(goal: Goal) -> str:
    return f"{goal.title} {today().isoformat()}"


def _export_people(
    table: TableState,
    goal: Goal,
    view: str,
    lines: Sequence[Line],
    columns: Sequence[Column],
    by: str,
    day: int | None,
) -> Response:
    heads = [_("工号"), _("姓名"), _("团队"), _("批次"), _("已完成"), _("总数"), _("完成率 %%"), _("逾期项")]
    heads += [_("截止日"), _("最近完成"), _("状态")]
    if view == "minutes":
        heads += [_("计入学时（分钟）"), _("实测阅读（分钟）")]
    heads += [column_title(column, by) for column in columns]
    cells = queries.cells([line.assignment_id for line in lines], by, day) if columns and lines else {}
    words = {state: gettext(word.id) for state, word in STATE_WORDS.items()}
    rows = []
    for line in lines:
        row: list[object] = [
            line.employee_no,
            line.name,
            line.team,
            line.cohort,
            line.done,
            line.total,
            line.percent,
            line.overdue,
            line.due_on.isoformat() if line.due_on else "",
            line.last_completed_at.date().isoformat() if line.last_completed_at else "",
            words[line.status],
        ]
        if view == "minutes":
            row += [line.credited_minutes, round(line.observed_seconds / 60)]
        for column in columns:
            block = cells.get((line.assignment_id, column.key))
            row.append(words[block.state] if block else words["none"])
        rows.append(row)
    return download(table.format, _title(goal), heads, rows)


def _export_groups(table: TableState, goal: Goal, view: str, groups: Sequence[tuple[str, Summary]]) -> Response:
    heads = [_("团队") if view == "team" else _("批次"), _("人数"), _("已完成"), _("完成率 %%"), _("进行中"), _("逾期")]
    rows = [[name, group.people, group.done, group.percent, group.begun, group.overdue] for name, group in groups]
    return download(table.format, _title(goal), heads, rows)


def _export_items(table: TableState, goal: Goal, items: Sequence[queries.ItemLine]) -> Response:
    heads = [_("项目"), _("类型"), _("第几天"), _("人数"), _("已完成"), _("完成率 %%"), _("逾期")]
    rows = [[item.title, item.kind, item.day or "", item.people, item.done, item.percent, item.late] for item in items]
    return download(table.format, _title(goal), heads, rows)


@bp.get("/reports/person/<employee_no>")
@requires(Permission.REPORT_READ)
def person(employee_no: str) -> str:
    """Show everything that one person owes and has done, with the log behind it."""
    found = people.account(current_actor(), employee_no)
    return render_template("lms/reports/person.html", found=found, show_day=show_day, show_minutes=show_minutes)
