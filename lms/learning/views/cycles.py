"""季度培训: the list with quarters compared, a draft and whom it reaches, how far a running cycle is, what a closed one
has kept."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import team_tree
from lms.accounts.rules.people import EMPLOYMENTS
from lms.assignments.jobs.ruling import recompute
from lms.assignments.queries.ruling import positions_held
from lms.core.access import Actor, Permission, Scope, allows, scopes
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid, NotFound
from lms.core.here import local, today
from lms.core.i18n import _, ngettext, say
from lms.core.quarters import quarter_after, quarter_of
from lms.learning import cycle_charts as charts
from lms.learning.actions import cycles as actions
from lms.learning.cycle_forms import CycleForm, draft_from
from lms.learning.models import Cycle
from lms.learning.queries import cycle_counts as counts
from lms.learning.queries import cycle_reports as reports
from lms.learning.queries import cycles as queries
from lms.learning.rules import cycles as rules
from lms.learning.rules.cycles import Draft
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.tables import TableState, download

AT_ONCE = 300
"""People up to whom a started cycle is given within the request; the worker gives it to more, within a minute."""


def overseer() -> Actor:
    """Return who asks, if they see teams. Raises NotFound for everybody else: mentors see their mentees elsewhere."""
    actor = current_actor()
    if not scopes(actor, Permission.REPORT_READ) & {Scope.ALL, Scope.TEAM}:
        raise NotFound()
    return actor


def _table(*filters: str) -> TableState:
    return TableState.from_args(request.args, sorts=("quarter",), default="quarter", filters=filters)


@bp.get("/cycles")
@requires(Permission.REPORT_READ)
def cycles() -> str | Response:
    """Show every cycle, the quarters side by side."""
    actor, table = overseer(), _table()
    may_edit = allows(actor, Permission.CYCLE_EDIT)
    found = reports.listed(actor, drafts=may_edit)
    if table.format:
        heads = [_("期次"), _("季度"), _("学什么"), _("状态"), _("开始"), _("截止")]
        heads += [_("应学"), _("已完成"), _("完成率 %%"), _("目标 %%")]
        lines = [
            [
                row.name,
                row.quarter,
                row.course,
                _state(row.state),
                row.starts_on.isoformat(),
                row.due_on.isoformat(),
                row.counted,
                row.done,
                row.percent,
                row.target,
            ]
            for row in found
        ]
        return download(table.format, f"{_('季度培训')} {today().isoformat()}", heads, lines)
    here = quarter_of(today())
    return render_template(
        "lms/learning/cycles.html",
        rows=found,
        chart=charts.compared([row for row in found if row.percent is not None][:8]),
        table=table,
        may_edit=may_edit,
        quarters=[here, quarter_after(here), quarter_after(quarter_after(here))],
        has_last=any(row.state != rules.DRAFT for row in found),
    )


def _state(state: str) -> str:
    return {rules.DRAFT: _("草案"), rules.RUNNING: _("进行中"), rules.CLOSED: _("已收官")}[state]


@bp.post("/cycles")
@requires(Permission.CYCLE_EDIT)
def cycle_begin() -> Response:
    """Draft a quarter's cycle, by the last one or by the plain template."""
    overseer()
    try:
        with transaction():
            made = actions.begin(
                current_actor(), request.form.get("quarter", ""), like_last=request.form.get("like") != "plain"
            ).public_id
    except (Conflict, Invalid) as error:
        flash(say(error.message), "warn")
        return redirect(url_for(".cycles"), 303)
    flash(_("草案已拟好。选课程、核对波次，再开始。"), "ok")
    return redirect(url_for(".cycle", cycle_id=made), 303)


@bp.get("/cycles/<cycle_id>")
@requires(Permission.REPORT_READ)
def cycle(cycle_id: str) -> str | Response:
    """Show a draft, the progress of a running cycle, or the report of a closed one."""
    actor = overseer()
    found = queries.cycle_named(cycle_id)
    if found.state == rules.RUNNING:
        return _progress(actor, found)
    if found.state == rules.CLOSED:
        return _report(actor, found)
    if not allows(actor, Permission.CYCLE_EDIT):
        raise NotFound()
    return _draft_page(found, queries.draft_of(found), _form(queries.draft_of(found)))


def _form(draft: Draft | None = None) -> CycleForm:
    facts = (
        {
            "name": draft.name,
            "quarter": draft.quarter,
            "document": str(draft.document_id or ""),
            "starts_on": draft.starts_on,
            "due_on": draft.due_on,
            "target_percent": draft.target_percent,
            "joiner_days": draft.joiner_days,
        }
        if draft
        else {}
    )
    form = CycleForm(formdata=None, **facts) if draft else CycleForm()
    kept = [draft.document_id] if draft and draft.document_id else []
    form.document.choices = [
        ("", _("还没有定")),
        *((str(each.document_id), each.title) for each in queries.choices(current_actor(), kept)),
    ]
    return form


def _draft_page(found: Cycle, draft: Draft, form: CycleForm, wrong: str = "") -> str:
    return render_template(
        "lms/learning/cycle_draft.html",
        cycle=found,
        draft=draft,
        form=form,
        wrong=wrong,
        teams=team_tree(),
        waves={wave.team_id: wave for wave in draft.waves},
        positions=positions_held(),
        employments=EMPLOYMENTS,
        reach=queries.reach(draft),
    )


@bp.post("/cycles/<cycle_id>")
@requires(Permission.CYCLE_EDIT)
def cycle_act(cycle_id: str) -> str | Response | tuple[str, int]:
    """Save, start or drop a draft; close a running cycle; add a note to a closed one."""
    overseer()
    found = queries.cycle_named(cycle_id)
    actor, here = current_actor(), url_for(".cycle", cycle_id=cycle_id)
    do = request.form.get("do", "")
    if do in {"save", "start"}:
        return _save(actor, found, start=do == "start")
    try:
        with transaction():
            match do:
                case "drop":
                    actions.drop(actor, cycle_id)
                    here = url_for(".cycles")
                    flash(_("草案已放弃。"), "ok")
                case "close":
                    actions.close(actor, cycle_id, request.form.get("note", ""))
                    flash(_("已收官，报告已经存好。没学完的人仍然欠着。"), "ok")
                case "note":
                    actions.add_note(actor, cycle_id, request.form.get("note", ""))
                    flash(_("已补充说明。"), "ok")
                case _:
                    raise NotFound()
    except (Conflict, Invalid) as error:
        flash(say(error.message), "warn")
    return redirect(here, 303)


def _save(actor: Actor, found: Cycle, *, start: bool) -> str | Response | tuple[str, int]:
    form, cycle_id = _form(), found.public_id
    if not form.validate():
        return _draft_page(found, queries.draft_of(found), form), 422
    draft = draft_from(
        form, request.form, {name: request.form.getlist(name) for name in ("wave", "position", "employment")}
    )
    started: list[int] = []
    try:
        with transaction():
            actions.change(actor, cycle_id, draft)
            if start:
                started = actions.start(actor, cycle_id)
    except NotFound:
        raise
    except DomainError as error:
        form.take(error)
        wrong = error.fields.get("waves")
        return _draft_page(queries.cycle_named(cycle_id), draft, form, say(wrong) if wrong else ""), error.status
    if start:
        _give(started, queries.reach(draft).people)
    else:
        flash(_("草案已保存。"), "ok")
    return redirect(url_for(".cycle", cycle_id=cycle_id), 303)


def _give(rule_ids: Sequence[int], people: int) -> None:
    if people > AT_ONCE:
        flash(_("已开始，正在派给 %(n)s 人，一两分钟内派完。", n=people), "ok")
        return
    given = recompute(rule_ids)
    flash(ngettext("已开始，派给 %(n)s 人。", "已开始，派给 %(n)s 人。", given) % {"n": given}, "ok")


def _progress(actor: Actor, found: Cycle) -> str | Response:
    table = _table("view")
    view = "items" if table.get("view") == "items" else "teams"
    by_team = counts.tallies(actor, found)
    tree = team_tree()
    names = {team.id: team.name for team in tree}
    teams = sorted(
        ((names.get(id, ""), tally) for id, tally in by_team.items() if tally.people or tally.exempt),
        key=lambda pair: (-pair[1].late, pair[1].percent, pair[0]),
    )
    whole = counts.total_of(list(by_team.values()))
    items = queries.items_of(actor, found) if view == "items" else []
    if table.format:
        return _progress_file(table.format, found, view, teams, items)
    waves = queries.waves_of(found.id)
    burn = charts.burn(
        whole.people,
        counts.finished_by_day(actor, found),
        queries.shares_of(waves, by_team, tree),
        found.target_percent,
        today(),
    )
    may_edit = allows(actor, Permission.CYCLE_EDIT)
    asks = request.args.get("close") == "1" and may_edit
    return render_template(
        "lms/learning/cycle_progress.html",
        cycle=found,
        course=queries.course_of(found),
        whole=whole,
        teams=teams,
        items=items,
        waves=[(names.get(wave.team_id, ""), wave) for wave in waves],
        burn=burn,
        table=table,
        view=view,
        days_left=(max((wave.due_on for wave in waves), default=found.due_on) - today()).days,
        may_edit=may_edit,
        would=queries.counted_now(found) if asks else None,
        late_page=f"cycle:{found.public_id}",
    )


def _progress_file(format: str, found: Cycle, view: str, teams: Sequence[Any], items: Sequence[Any]) -> Response:
    title = f"{found.name} {today().isoformat()}"
    if view == "items":
        heads = [_("项目"), _("人数"), _("已完成"), _("完成率 %%"), _("逾期")]
        return download(
            format, title, heads, [[each.title, each.people, each.done, each.percent, each.late] for each in items]
        )
    heads = [_("团队"), _("应学"), _("已完成"), _("完成率 %%"), _("进行中"), _("未开始"), _("逾期"), _("豁免")]
    none = _("没有团队")
    lines = [
        [name or none, each.people, each.done, each.percent, each.begun, each.untouched, each.late, each.exempt]
        for name, each in teams
    ]
    return download(format, title, heads, lines)


PEOPLE = ("undone", *rules.APART)


def _report(actor: Actor, found: Cycle) -> str | Response:
    table = _table()
    kept = reports.kept(actor, found)
    if table.format:
        return _report_file(table.format, found, kept)
    words = how_words()
    return render_template(
        "lms/learning/cycle_report.html",
        cycle=found,
        course=queries.course_of(found),
        kept=kept,
        words=words,
        groups=[(key, words[key], kept.people[key]) for key in PEOPLE if key in kept.people],
        chart=charts.finished(kept.counted, kept.done, kept.days, found.starts_on, kept.closed_on),
        table=table,
        closed_at=local(found.closed_at).date() if found.closed_at else None,
        may_edit=allows(actor, Permission.CYCLE_EDIT),
    )


def how_words() -> dict[str, str]:
    return {
        "undone": _("没学完"),
        "exempt": _("豁免"),
        "joiner": _("后来的，还没到期"),
        "leave": _("休假中"),
        "granted": _("延期或顺延"),
    }


def _report_file(format: str, found: Cycle, kept: reports.Kept) -> Response:
    words = how_words()
    heads = [_("工号"), _("姓名"), _("团队"), _("怎么计")]
    lines = [[one.employee_no, one.name, one.team, words[key]] for key in PEOPLE for one in kept.people.get(key, ())]
    teams = [[team.name, team.done + team.undone, team.done, team.percent, team.apart] for team in kept.teams]
    items = [[item.title, item.people, item.done, item.percent] for item in kept.items]
    facts: list[list[object]] = [
        [_("收官日"), kept.closed_on.isoformat()],
        [_("计入"), kept.counted],
        [_("已完成"), kept.done],
        [_("完成率 %%"), kept.percent],
        [_("目标 %%"), kept.target],
        *([[_("离职（不计）"), kept.left], [_("其中已学完"), kept.left_done]] if kept.whole else []),
        [_("说明"), found.closing_note],
    ]
    return download(
        format,
        found.name,
        heads,
        lines,
        more=[
            (_("概况"), [_("项目"), _("数")], facts),
            (_("团队"), [_("团队"), _("计入"), _("已完成"), _("完成率 %%"), _("另计")], teams),
            *([(_("项目"), [_("项目"), _("人数"), _("已完成"), _("完成率 %%")], items)] if items else []),
        ],
    )
