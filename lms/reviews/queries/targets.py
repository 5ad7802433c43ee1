"""Reading targets of a year: what a team's figures were by month, what was aimed at, how it stands."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from lms.accounts.models import Membership, Person
from lms.accounts.queries import TeamRow, root_id, teams_below, teams_within
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.core.here import today
from lms.performance.models import KpiValue
from lms.performance.queries.figures import metrics
from lms.performance.rules.metrics import Metric
from lms.performance.rules.periods import Grain, period_of
from lms.reviews.models import YearTarget
from lms.reviews.rules.forecast import Forecast
from lms.reviews.rules.targets import (
    USUAL,
    Goal,
    Month,
    Reached,
    Row,
    State,
    Way,
    by_month,
    foretold,
    goal_of,
    mean_of,
    state_of,
    whole_year,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is aimed at. version: 0 = nobody has said so yet, it is what is usual. base_until: the first day after."""

    metric: str
    version: int
    way: Way
    amount: float
    base: float | None
    base_from: date
    base_until: date
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One target and how it stands. months: this year's, oldest first. base_now: the base as figures say it today."""

    metric: Metric
    setting: Setting
    base_now: float | None
    goal: Goal | None
    months: tuple[Month, ...]
    expected: Forecast | None
    state: State

    @property
    def latest(self) -> Month | None:
        over = [month for month in self.months if month.is_over]
        return over[-1] if over else self.months[-1] if self.months else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One setting of the past, with who made it."""

    version: int
    way: Way
    amount: float
    base: float | None
    base_from: date
    base_until: date
    active: bool
    why: str
    by: str
    at: datetime


def teams(actor: Actor, permission: Permission = Permission.TARGET_READ) -> list[TeamRow]:
    """Return the teams whose targets the actor may see, the company first."""
    return teams_within(actor, permission)


def team_rows(
    team_id: int, codes: Collection[str], start: date, until: date, known: Mapping[str, Metric]
) -> dict[str, list[Row]]:
    """Return what the people of a team, and of those below, reached in each period, added up; one statement.

    Who belonged to the team on the first day of the period counts. The root is everybody.
    """
    weight = func.coalesce(KpiValue.count, 1)
    statement = (
        select(
            KpiValue.metric,
            KpiValue.grain,
            KpiValue.start,
            func.sum(KpiValue.value * weight).label("weighted"),
            func.sum(KpiValue.value).label("summed"),
            func.sum(weight).label("weight"),
            func.count().label("people"),
        )
        .where(
            KpiValue.metric.in_(sorted(codes)),
            KpiValue.grain.in_([Grain.MONTH, Grain.WEEK, Grain.DAY]),
            KpiValue.start >= start,
            KpiValue.start < until,
        )
        .group_by(KpiValue.metric, KpiValue.grain, KpiValue.start)
    )
    if team_id != root_id():
        statement = statement.join(
            Membership,
            and_(
                Membership.person_id == KpiValue.person_id,
                Membership.team_id.in_(teams_below([team_id])),
                Membership.from_on <= KpiValue.start,
                or_(Membership.until_on.is_(None), Membership.until_on > KpiValue.start),
            ),
        )
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows(statement):
        is_mean = known[row.metric].is_mean
        found[row.metric].append(
            Row(
                grain=Grain(row.grain),
                start=row.start,
                total=float(row.weighted if is_mean else row.summed),
                weight=float(row.weight),
                people=row.people,
            )
        )
    return found


def base_of(team_id: int, metric: Metric, start: date, until: date) -> Reached | None:
    """Return what a team reached in the months from `start` to before `until`; None for nothing."""
    found = team_rows(team_id, [metric.code], start - timedelta(days=7), until, {metric.code: metric})
    held = by_month(found.get(metric.code, []), is_mean=metric.is_mean)
    return mean_of([each for month, each in held.items() if start <= month < until], is_mean=metric.is_mean)


def settings_of(year: int, team_id: int) -> dict[str, Setting]:
    """Return the latest setting of each figure for which there is one."""
    statement = (
        select(*YearTarget.__table__.c)
        .where(YearTarget.year == year, YearTarget.team_id == team_id)
        .order_by(YearTarget.version)
    )
    return {row.metric: _setting(row) for row in rows(statement)}


def _setting(row: Any) -> Setting:
    return Setting(
        metric=row.metric,
        version=row.version,
        way=Way(row.way),
        amount=row.amount,
        base=row.base,
        base_from=row.base_from,
        base_until=row.base_until,
        active=row.active,
    )


def lines(team_id: int, year: int) -> list[Line]:
    """Return the targets of a team's year: what was set, and what is usual where nothing was; usual ones first."""
    known = metrics()
    kept = settings_of(year, team_id)
    codes = [usual.metric for usual in USUAL if usual.metric in known and usual.metric not in kept]
    codes += [code for code, setting in kept.items() if setting.active and code in known]
    order = [usual.metric for usual in USUAL]
    codes.sort(key=lambda code: (order.index(code) if code in order else len(order), code))
    if not codes:
        return []
    first, until = whole_year(year)
    starts = [first.replace(year=year - 1), *(kept[code].base_from for code in codes if code in kept)]
    found = team_rows(team_id, codes, min(starts) - timedelta(days=7), until, known)
    held = {code: by_month(found.get(code, []), is_mean=known[code].is_mean) for code in codes}
    return [_line(known[code], kept.get(code), held[code], year) for code in codes]


def _line(metric: Metric, kept: Setting | None, held: Mapping[date, Reached], year: int) -> Line:
    first, until = whole_year(year)
    setting = kept or _usual(metric, held, year)
    base = mean_of(
        [each for month, each in held.items() if setting.base_from <= month < setting.base_until],
        is_mean=metric.is_mean,
    )
    running = period_of(today(), Grain.MONTH).start
    months = tuple(
        Month(start=month, reached=each, is_over=month < running)
        for month, each in held.items()
        if first <= month < until and month <= running
    )
    goal = goal_of(setting.way, setting.amount, setting.base, metric)
    expected = foretold(months, metric)
    return Line(
        metric=metric,
        setting=setting,
        base_now=base.value if base else None,
        goal=goal,
        months=months,
        expected=expected,
        state=state_of(months, goal, expected, metric.direction),
    )


def _usual(metric: Metric, held: Mapping[date, Reached], year: int) -> Setting:
    """Return what is usual, against last year; without figures of it against the first month of this one that has."""
    usual = next(each for each in USUAL if each.metric == metric.code)
    start, until = usual_base(held, year)
    base = mean_of([each for month, each in held.items() if start <= month < until], is_mean=metric.is_mean)
    return Setting(
        metric=metric.code,
        version=0,
        way=usual.way,
        amount=usual.amount,
        base=base.value if base else None,
        base_from=start,
        base_until=until,
    )


def usual_base(months: Collection[date], year: int) -> tuple[date, date]:
    """Return the time against which a year is usually measured: [first day, first day after)."""
    last_year = whole_year(year - 1)
    if any(last_year[0] <= month < last_year[1] for month in months):
        return last_year
    own = sorted(month for month in months if month.year == year)
    return (own[0], period_of(own[0], Grain.MONTH).until) if own else last_year


def history(year: int, team_id: int, metric: str) -> list[Past]:
    """Return every setting of a target, the latest first."""
    statement = (
        select(YearTarget, Person.name)
        .outerjoin(Person, Person.id == YearTarget.made_by)
        .where(YearTarget.year == year, YearTarget.team_id == team_id, YearTarget.metric == metric)
        .order_by(YearTarget.version.desc())
    )
    columns = YearTarget.__table__.c
    statement = statement.with_only_columns(*columns, Person.name.label("by"))
    return [
        Past(
            version=row.version,
            way=Way(row.way),
            amount=row.amount,
            base=row.base,
            base_from=row.base_from,
            base_until=row.base_until,
            active=row.active,
            why=row.why,
            by=row.by or "",
            at=row.made_at,
        )
        for row in rows(statement)
    ]


def now(actor: Actor) -> Sequence[Line]:
    """Return the targets of this year for the first screen: the company's, else those of the first team one leads."""
    seen = teams(actor)
    return lines(seen[0].id, today().year)[: len(USUAL)] if seen else []
