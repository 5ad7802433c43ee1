"""年度目标: how each stands and where it leads; setting one, with everything that was set before."""

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import TeamRow
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _
from lms.core.texts import Text, text
from lms.performance.queries.figures import metrics
from lms.performance.rules.metrics import Metric, Unit
from lms.reviews.actions import targets as acts
from lms.reviews.queries import targets as reading
from lms.reviews.queries.targets import Line
from lms.reviews.rules.forecast import FEWEST
from lms.reviews.rules.targets import (
    FIRST_YEAR,
    LAST_YEAR,
    USUAL,
    State,
    Way,
    goal_of,
    offered,
    shown,
)
from lms.reviews.target_forms import TargetForm
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.lines import Lines, Mark, lines
from lms.web.numbers import whole

STATES: dict[State, Text] = {
    State.REACHED: text("已达到"),
    State.ON_TRACK: text("照现在的走势能达到"),
    State.BEHIND: text("照现在的走势达不到"),
    State.TOO_FEW: text("样本太少，还说不准"),
    State.NO_FIGURES: text("没有数据"),
}
TAGS = {State.REACHED: "tag-ok", State.ON_TRACK: "tag-ok", State.BEHIND: "tag-warn"}


def asked_team(actor: Actor, permission: Permission) -> tuple[TeamRow, list[TeamRow]]:
    """Return the team that the address names, the first without one, and all that it may name. Raises NotFound."""
    teams = reading.teams(actor, permission)
    code = request.args.get("team", "")
    found = next((team for team in teams if team.code == code), None) if code else (teams[0] if teams else None)
    if found is None:
        raise NotFound()
    return found, teams


def asked_year() -> int:
    """Return the year that the address names, this year for anything else."""
    year = whole(request.args.get("year"))
    return year if year and FIRST_YEAR <= year <= LAST_YEAR else today().year


@bp.get("/targets")
@requires(Permission.TARGET_READ)
def targets() -> str:
    """Show each target of a team's year: what was aimed at, where it stands, where it leads."""
    actor = current_actor()
    team, teams = asked_team(actor, Permission.TARGET_READ)
    year = asked_year()
    found = reading.lines(team.id, year)
    return render_template(
        "lms/reviews/targets.html",
        team=team,
        teams=teams,
        year=year,
        this_year=today().year,
        lines=[(line, _chart(line)) for line in found],
        others=[metric for code, metric in metrics().items() if code not in {line.metric.code for line in found}],
        may_edit=team.id in {each.id for each in reading.teams(actor, Permission.TARGET_EDIT)},
        fewest=FEWEST,
        states=STATES,
        tags=TAGS,
        shown=shown,
        aimed=aimed,
        offered=offered,
        last_month=timedelta(days=1),
    )


def aimed(way: Way, amount: float, metric: Metric) -> Text:
    """Return a target as it was set: "+20 %", "+5 个点", "85 %"."""
    if way is Way.VALUE:
        return shown(amount, metric)
    written = f"{amount:+g}".replace("-", "−")
    if way is Way.RELATIVE:
        return text("%(amount)s%%（相对基准）", amount=written)
    return text("%(amount)s（点数）", amount=written)


def _chart(line: Line) -> Lines | None:
    """Return the year as a picture: months as they were, the target, and what December is expected to be."""
    if not line.months:
        return None

    def at(month: int) -> float:
        return (month - 1) / 11

    series: list[tuple[str, list[Mark]]] = []
    if line.goal is not None:
        series.append(("goal", [Mark(at=at(month), value=line.goal.value) for month in (1, 12)]))
    latest = line.latest
    if line.expected is not None and latest is not None and latest.start.month < 12:
        end = line.expected
        start = latest.reached.value
        series.append(
            (
                "next",
                [
                    Mark(at=at(latest.start.month), value=start, low=start, high=start),
                    Mark(at=1.0, value=end.value, low=end.low, high=end.high),
                ],
            )
        )
    series.append(("main", [Mark(at=at(month.start.month), value=month.reached.value) for month in line.months]))
    high = line.metric.high if line.metric.unit in (Unit.PERCENT, Unit.SCORE) else None
    return lines(series, [(at(month), str(month)) for month in range(1, 13)], low=line.metric.low, high=high)


@bp.get("/targets/edit")
@requires(Permission.TARGET_EDIT)
def edit_target() -> str:
    team, metric, year = _edited(current_actor())
    kept = reading.settings_of(year, team.id).get(metric.code)
    line = next((each for each in reading.lines(team.id, year) if each.metric.code == metric.code), None)
    start, until = _base(line, year)
    usual = next((each for each in USUAL if each.metric == metric.code), None)
    setting = kept or (line.setting if line else None)
    values = {
        "way": setting.way.value if setting else Way.RELATIVE.value,
        "amount": f"{setting.amount:g}" if setting else f"{usual.amount:g}" if usual else "",
        "base_from": f"{(kept.base_from if kept else start):%Y-%m}",
        "base_until": f"{(kept.base_until if kept else until) - timedelta(days=1):%Y-%m}",
        "off": bool(kept and not kept.active),
        "version": str(kept.version if kept else 0),
    }
    return _form_page(TargetForm(formdata=None, data=values), team, metric, year)


@bp.post("/targets/edit")
@requires(Permission.TARGET_EDIT)
def set_target() -> Response | tuple[str, int]:
    actor = current_actor()
    team, metric, year = _edited(actor)
    form = TargetForm()
    if not form.validate():
        return _form_page(form, team, metric, year), 422
    try:
        with transaction():
            acts.set_target(actor, year, team.id, metric.code, form.wanted())
    except DomainError as refused:
        form.take(refused)
        return _form_page(form, team, metric, year), refused.status
    flash(_("目标已保存，以前的写法留在记录里。"), "ok")
    return redirect(url_for(".targets", team=team.code, year=year), 303)


def _edited(actor: Actor) -> tuple[TeamRow, Metric, int]:
    """Return what the address says is to be set. Raises NotFound for what is not there or not the actor's."""
    team, _teams = asked_team(actor, Permission.TARGET_EDIT)
    metric = metrics().get(request.args.get("metric", ""))
    if metric is None:
        raise NotFound()
    return team, metric, asked_year()


def _base(line: Line | None, year: int) -> tuple[date, date]:
    return (line.setting.base_from, line.setting.base_until) if line else (date(year - 1, 1, 1), date(year, 1, 1))


def _form_page(form: TargetForm, team: TeamRow, metric: Metric, year: int) -> str:
    line = next((each for each in reading.lines(team.id, year) if each.metric.code == metric.code), None)
    base = line.setting.base if line else None
    goal = goal_of(line.setting.way, line.setting.amount, base, metric) if line else None
    return render_template(
        "lms/reviews/target_form.html",
        form=form,
        team=team,
        metric=metric,
        year=year,
        line=line,
        points=offered(base, metric) if base is not None and goal and goal.is_impossible else None,
        past=reading.history(year, team.id, metric.code),
        shown=shown,
        aimed=aimed,
        last_month=timedelta(days=1),
    )
