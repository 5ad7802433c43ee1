"""Reading figures for their pages: the table of people and metrics, one person with what was corrected, imports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select, tuple_

from lms.accounts.models import Person, Team
from lms.accounts.queries import sees_everybody, teams_below, visible
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.performance.models import KpiCorrection, KpiImport, KpiMapping, KpiValue
from lms.performance.queries.figures import Figure, of_period
from lms.performance.rules.folding import FINER, fold
from lms.performance.rules.metrics import Metric
from lms.performance.rules.periods import Grain, Period, period_of

PERIODS = {Grain.MONTH: 13, Grain.QUARTER: 5, Grain.WEEK: 9, Grain.DAY: 15}
"""How many periods of each kind a page offers, back from the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person in the table. figures: by metric."""

    person_id: int
    employee_no: str
    name: str
    team_id: int | None
    team_name: str
    figures: Mapping[str, Figure]


def latest(codes: Mapping[str, Metric]) -> dict[Grain, date]:
    """Return the first day of the latest period of each grain of which there are figures."""
    asked = [
        select(func.max(KpiValue.start))
        .where(KpiValue.metric == code, KpiValue.grain == grain.value)
        .scalar_subquery()
        .label(f"{grain.value}_{number}")
        for grain in Grain
        for number, code in enumerate(codes)
    ]
    if not asked:
        return {}
    answers = session().execute(select(*asked)).one()
    found: dict[Grain, date] = {}
    for place, grain in enumerate(Grain):
        given = [each for each in answers[place * len(codes) : (place + 1) * len(codes)] if each is not None]
        if given:
            found[grain] = max(given)
    return found


def offered(newest: Mapping[Grain, date]) -> dict[Grain, list[Period]]:
    """Return the periods that a page offers, the latest first: those of which there are figures or shorter ones."""
    found: dict[Grain, list[Period]] = {}
    for grain, most in PERIODS.items():
        days = [newest[part] for part in (grain, *FINER[grain]) if part in newest]
        if not days:
            continue
        one = period_of(max(days), grain)
        found[grain] = [one]
        for _ in range(most - 1):
            found[grain].append(found[grain][-1].before)
    return found


def usual(newest: Mapping[Grain, date]) -> Period | None:
    """Return the period that a page shows by itself: the latest month, else the latest of what there is."""
    periods = offered(newest)
    return next((periods[grain][0] for grain in PERIODS if grain in periods), None)


def table(
    actor: Actor, period: Period, codes: Mapping[str, Metric], *, q: str = "", team_id: int | None = None
) -> list[Row]:
    """Return those whom the actor may see and who have a figure in the period, by number. q: of name or number."""
    statement = (
        select(Person.id, Person.employee_no, Person.name, Person.team_id, Team.name.label("team_name"))
        .outerjoin(Team, Team.id == Person.team_id)
        .where(visible(actor, Permission.KPI_READ), Person.employee_no.is_not(None))
        .order_by(Person.employee_no)
    )
    if q:
        statement = statement.where(
            or_(Person.name.icontains(q, autoescape=True), Person.employee_no.icontains(q, autoescape=True))
        )
    if team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([team_id])))
    people = list(session().execute(statement))
    by_person: dict[int, dict[str, Figure]] = {}
    for (person_id, code), figure in of_period(list(codes), period, [row.id for row in people]).items():
        by_person.setdefault(person_id, {})[code] = figure
    return [
        Row(
            person_id=row.id,
            employee_no=row.employee_no or "",
            name=row.name or "",
            team_id=row.team_id,
            team_name=row.team_name or "",
            figures=by_person[row.id],
        )
        for row in people
        if row.id in by_person
    ]


def together(rows: list[Row], codes: Mapping[str, Metric]) -> dict[str, float]:
    """Return what these people reached together, by metric: means weighted with their counts, numbers added up."""
    found = {}
    for code, metric in codes.items():
        values = [(row.figures[code].value, row.figures[code].count) for row in rows if code in row.figures]
        if values:
            found[code] = fold(values, is_mean=metric.is_mean)[0]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What a figure was before. value, count: then; new_value: what it became, None = taken away. by: whose import."""

    metric: str
    period: Period
    value: float
    count: int | None
    new_value: float | None
    new_count: int | None
    at: datetime
    source: str
    name: str
    by: str


def corrections(person_id: int, limit: int = 200) -> list[Corrected]:
    """Return what was corrected of a person's figures, latest first."""
    found = session().execute(
        select(
            KpiCorrection.metric,
            KpiCorrection.grain,
            KpiCorrection.start,
            KpiCorrection.value,
            KpiCorrection.count.label("n"),
            KpiCorrection.new_value,
            KpiCorrection.new_count,
            KpiCorrection.at,
            KpiImport.source,
            KpiImport.name,
            Person.name.label("by"),
        )
        .outerjoin(KpiImport, KpiImport.id == KpiCorrection.import_id)
        .outerjoin(Person, Person.id == KpiImport.made_by)
        .where(KpiCorrection.person_id == person_id)
        .order_by(KpiCorrection.id.desc())
        .limit(limit)
    )
    return [
        Corrected(
            metric=row.metric,
            period=Period(Grain(row.grain), row.start),
            value=row.value,
            count=row.n,
            new_value=row.new_value,
            new_count=row.new_count,
            at=row.at,
            source=row.source or "",
            name=row.name or "",
            by=row.by or "",
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One import. by: who made it, "" for the machine."""

    public_id: str
    source: str
    name: str
    by: str
    at: datetime
    rows: int
    added: int
    changed: int
    unchanged: int


def imports(actor: Actor, *, offset: int = 0, limit: int = 50) -> tuple[list[ImportRow], int]:
    """Return imports, latest first, and how many there are: all, or one's own for who sees only teams."""
    wanted = [] if sees_everybody(actor, Permission.KPI_READ) else [KpiImport.made_by == actor.id]
    total = session().scalar(select(func.count(KpiImport.id)).where(*wanted)) or 0
    found = session().execute(
        select(KpiImport, Person.name.label("by"))
        .outerjoin(Person, Person.id == KpiImport.made_by)
        .where(*wanted)
        .order_by(KpiImport.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [
        ImportRow(
            public_id=one.public_id,
            source=one.source,
            name=one.name,
            by=by or "",
            at=one.at,
            rows=one.rows,
            added=one.added,
            changed=one.changed,
            unchanged=one.unchanged,
        )
        for one, by in found
    ], total


def titles() -> list[tuple[str, str]]:
    """Return the titles that are remembered with the metric that each means, "" for none."""
    found = session().execute(select(KpiMapping.title, KpiMapping.metric).order_by(KpiMapping.title))
    return [(row.title, row.metric) for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure of a list over the API."""

    employee_no: str
    metric: str
    period: Period
    value: float
    count: int | None


def lines(
    actor: Actor,
    *,
    period: Period | None,
    metric: str,
    employee_no: str,
    after: tuple[str, str, date, str] | None,
    limit: int,
) -> list[Line]:
    """Return figures as they were given, of those whom the actor may see, by metric, grain, first day and number.

    period, metric, employee_no: only of these; None and "" = of any. after: the last of the page before.
    """
    keys = (KpiValue.metric, KpiValue.grain, KpiValue.start, Person.employee_no)
    statement = (
        select(*keys, KpiValue.value, KpiValue.count.label("n"))
        .join(Person, Person.id == KpiValue.person_id)
        .where(visible(actor, Permission.KPI_READ), Person.employee_no.is_not(None))
    )
    if period is not None:
        statement = statement.where(KpiValue.grain == period.grain.value, KpiValue.start == period.start)
    if metric:
        statement = statement.where(KpiValue.metric == metric)
    if employee_no:
        statement = statement.where(Person.employee_no == employee_no)
    if after is not None:
        statement = statement.where(tuple_(*keys) > tuple_(*after))
    found = session().execute(statement.order_by(*keys).limit(limit))
    return [
        Line(
            employee_no=row.employee_no or "",
            metric=row.metric,
            period=Period(Grain(row.grain), row.start),
            value=row.value,
            count=row.n,
        )
        for row in found
    ]
