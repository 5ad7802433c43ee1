"""逾期与催学: who is late or has not begun; asked once a day; the words for the group, without names unless ticked."""

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.events import GroupReached, GroupSaid
from lms.assignments.actions.chase import Chased, chase, words
from lms.core.access import Actor, Permission, allows
from lms.core.bus import ask, emit
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.here import local, today
from lms.core.i18n import _, say
from lms.core.texts import Text
from lms.reports.leading import late as queries
from lms.reports.leading.late import SORTS, WHO, LateFilter
from lms.reports.leading.rules import LateLine, group_words
from lms.reports.leading.who import team_of, teams
from lms.reports.views.room import bp
from lms.web.addresses import this_page
from lms.web.auth import current_actor, requires
from lms.web.numbers import every_whole
from lms.web.shell import show_day
from lms.web.tables import TableState, download

FILTERS = ("who", "goal", "team", "q", "unasked", "names")
SIZE = 50
TOGETHER = 100
"""Duties in one transaction."""


def table_state() -> TableState:
    return TableState.from_args(request.args, sorts=SORTS, default="days", filters=FILTERS, size=SIZE)


def filter_of(actor: Actor, table: TableState) -> LateFilter:
    """Return which duties are meant; what does not exist filters nothing away."""
    team = team_of(actor, table.get("team"))
    return LateFilter(
        who=table.get("who") if table.get("who") in WHO else "late",
        goal=table.get("goal"),
        team_id=team.id if team else None,
        q=table.get("q"),
        unasked=table.get("unasked") == "1",
    )


@bp.get("/late")
@requires(Permission.REPORT_READ)
def late() -> str | Response:
    """Show the list. ?who=late|soon|idle|left, ?goal=, ?team=, ?q=, ?unasked=1, ?names=1 for the words to the group."""
    actor, table = current_actor(), table_state()
    wanted = filter_of(actor, table)
    if table.format:
        return _file(table, queries.lines(actor, wanted, sort=table.sort, descending=table.descending))
    counted = queries.count(actor, wanted)
    table = table.within(counted.duties)
    lines = queries.lines(
        actor, wanted, sort=table.sort, descending=table.descending, limit=table.size, offset=table.offset
    )
    may_chase = allows(actor, Permission.MESSAGE_SEND)
    group = group_of(actor, table.get("team"))
    return render_template(
        "lms/reports/late.html",
        table=table,
        wanted=wanted,
        counted=counted,
        lines=lines,
        goals=queries.goals(actor),
        teams=teams(actor),
        may_chase=may_chase,
        chasable=len(queries.ids(actor, replace(wanted, unasked=True))) if may_chase else 0,
        group=group,
        robot=may_chase and group is not None and any(ask(GroupReached(team_id=group[0]))),
        said=_said(actor, wanted, named=is_named(table)),
        here=this_page(),
    )


def group_of(actor: Actor, code: str) -> tuple[int, str] | None:
    """Return the team to whose group something would be said: the one chosen, else the highest that the actor sees."""
    chosen = team_of(actor, code)
    team = chosen or next(iter(teams(actor)), None)
    return (team.id, team.name) if team else None


def is_named(table: TableState) -> bool:
    """Return whether names are ticked for the words to the group."""
    return table.get("names") == "1"


def _said(actor: Actor, wanted: LateFilter, *, named: bool) -> str:
    """Return the plain text for the group; names only where they are ticked."""
    lines = [say(line) for line in group_words(queries.owed(actor, wanted, named=named), named=named)]
    return "\n".join([f"{show_day(today())} {local(now()):%H:%M}", *lines])


@bp.post("/late")
@requires(Permission.MESSAGE_SEND)
def late_act() -> str | Response:
    """Ask one person, show what many would read, ask them, or say it in the group."""
    actor, table = current_actor(), table_state()
    wanted = filter_of(actor, table)
    back = redirect(url_for(".late") + table.at_page(table.page), 303)
    match request.form.get("do"):
        case "group":
            _say_in_group(actor, table)
            return back
        case "look" | "all" as act:
            chosen = None if act == "all" else _chosen()
            found = queries.ids(actor, wanted, chosen)
            if not found:
                flash(_("还没有选人。") if act == "look" else _("没有可以催的人。"), "warn")
                return back
            return _preview(actor, table, wanted, found, whole=act == "all")
        case "send":
            _chase(actor, queries.ids(actor, wanted, None if request.form.get("whole") else _chosen()))
        case _:
            _chase(actor, queries.ids(actor, wanted, every_whole(request.form.getlist("one")[:1])))
    return back


def _chosen() -> list[int]:
    return every_whole(request.form.getlist("duty"))


def _preview(actor: Actor, table: TableState, wanted: LateFilter, found: Sequence[int], *, whole: bool) -> str:
    lines = queries.lines(actor, wanted, only=found if not whole else None)
    told = [line for line in lines if line.may_chase]
    shown = told[:SIZE]
    return render_template(
        "lms/reports/late_chase.html",
        table=table,
        told=[(line, say(_words(line, actor))) for line in shown],
        more=len(told) - len(shown),
        n=len(told),
        before=sum(line.chased_today for line in lines),
        silent=sum(line.silent and not line.chased_today for line in lines),
        whole=whole,
        ids=[line.assignment_id for line in told],
        act=url_for(".late") + table.at_page(1),
    )


def _words(line: LateLine, actor: Actor) -> Text:
    return words(line.title, line.due_on, line.total - line.done, actor, today())


def chased(actor: Actor, ids: Sequence[int]) -> Chased:
    """Ask the people of these duties to get on, so many in each transaction; return how many were told."""
    done = Chased(told=0, before=0, silent=0)
    for first in range(0, len(ids), TOGETHER):
        with transaction():
            some = chase(actor, ids[first : first + TOGETHER])
        done = Chased(told=done.told + some.told, before=done.before + some.before, silent=done.silent + some.silent)
    return done


def _chase(actor: Actor, ids: Sequence[int]) -> None:
    done = chased(actor, ids)
    if done.told:
        flash(_("已提醒 %(n)s 项。对方会在“今天”和消息里看到。", n=done.told), "ok")
    if done.before:
        flash(_("%(n)s 项今天已经催过，没有再发。", n=done.before), "warn")
    if done.silent:
        flash(_("%(n)s 项的人在休假或静默期，没有打扰。", n=done.silent), "warn")
    if not (done.told or done.before or done.silent):
        flash(_("没有可以催的人。"), "warn")


def said_in_group(actor: Actor, code: str, wanted: LateFilter, *, named: bool) -> str | None:
    """Say in the group of a team how things stand; return its name, None where no robot stands in it.

    code: of the team, "" = the highest that the actor sees. The same within a minute is said once.
    """
    group = group_of(actor, code)
    if group is None or not any(ask(GroupReached(team_id=group[0]))):
        return None
    team = f"team:{group[0]}"
    with transaction():
        emit(
            GroupSaid(
                team_id=group[0],
                body=Text("%(lines)s", {"lines": _said(actor, wanted, named=named)}),
                names=named,
                actor_id=actor.id,
                key=f"late:{team}:{'names' if named else 'counts'}:{local(now()):%Y-%m-%dT%H:%M}",
            )
        )
    return group[1]


def _say_in_group(actor: Actor, table: TableState) -> None:
    name = said_in_group(actor, table.get("team"), filter_of(actor, table), named=is_named(table))
    if name is None:
        flash(_("这个团队还没有群机器人。"), "warn")
    else:
        flash(_("已交给“%(team)s”的群机器人。", team=name), "ok")


def _file(table: TableState, lines: Sequence[LateLine]) -> Response:
    heads = [_("工号"), _("姓名"), _("团队"), _("学什么"), _("已完成"), _("总数"), _("截止日"), _("逾期天数")]
    heads += [_("最近学习"), _("催过几天"), _("最近一次催学")]
    rows = [
        [
            line.employee_no,
            line.name,
            line.team,
            line.title,
            line.done,
            line.total,
            line.due_on.isoformat() if line.due_on else "",
            line.days,
            local(line.last_done_at).date().isoformat() if line.last_done_at else "",
            line.chased,
            f"{local(line.chased_at):%Y-%m-%d %H:%M}" if line.chased_at else "",
        ]
        for line in lines
    ]
    return download(table.format, f"{_('逾期与催学')} {today().isoformat()}", heads, rows)
