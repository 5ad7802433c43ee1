"""Reading reviews of peaks: which there are, what they found, what the figures of those days were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, true

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.assignments.measures import MeasureRow, measures_about
from lms.assignments.models import Measure
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.here import day_of, today
from lms.learning.models import Campaign
from lms.performance.queries.figures import metrics
from lms.performance.rules.metrics import Metric
from lms.reviews.models import PeakFinding, PeakMeasure, PeakReview
from lms.reviews.queries.targets import team_rows
from lms.reviews.rules.peaks import LOOK_BACK, USUAL_DAYS, WATCHED, Compared, Counted, Then, about_of, over
from lms.reviews.rules.targets import Row as FigureRow

MARGIN = timedelta(days=31)
"""A week or month that touches a day begins at most so long before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A review as lists show it."""

    id: int
    public_id: str
    name: str
    team_id: int
    team: str
    starts_on: date
    ends_on: date
    look_on: date
    campaign_id: int | None
    state: str
    version: int
    findings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What went wrong, with the figures of its days."""

    id: int
    public_id: str
    title: str
    text: str
    from_on: date
    until_on: date
    figures: Sequence[Compared]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """A measure with the figure by which it is looked at: in the bad days, and by the day of the check.

    after: None before that day has come near enough to say anything.
    """

    measure: MeasureRow
    finding_id: int | None
    metric: Metric | None
    goal: float | None
    before: Then | None
    after: Then | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A review with everything in it."""

    row: Row
    figures: Sequence[Compared]
    findings: Sequence[Finding]
    measures: Sequence[Aimed]

    @property
    def counted(self) -> Counted:
        live = [each.measure for each in self.measures if each.measure.dropped_at is None]
        return Counted(
            every=len(live),
            done=sum(each.done_at is not None for each in live),
            worked=sum(each.verdict == "worked" for each in live),
            not_worked=sum(each.verdict == "not_worked" for each in live),
        )


def _within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition under which the actor holds the permission over a review: by its team."""
    held = scopes(actor, permission)
    if Scope.ALL in held:
        return true()
    return PeakReview.team_id.in_(actor.teams_below if Scope.TEAM in held else [])


_COUNT = select(func.count()).where(PeakFinding.review_id == PeakReview.id).scalar_subquery()
_ROWS = select(
    PeakReview.id,
    PeakReview.public_id,
    PeakReview.name,
    PeakReview.team_id,
    Team.name.label("team"),
    PeakReview.starts_on,
    PeakReview.ends_on,
    PeakReview.look_on,
    PeakReview.campaign_id,
    PeakReview.state,
    PeakReview.version,
    _COUNT.label("findings"),
).join(Team, Team.id == PeakReview.team_id)


def reviews(actor: Actor) -> list[Row]:
    """Return the reviews that the actor may see, the latest peak first."""
    statement = _ROWS.where(_within(actor, Permission.TARGET_READ))
    return [
        Row(**row) for row in rows(statement.order_by(PeakReview.starts_on.desc(), PeakReview.id.desc())).mappings()
    ]


def review(actor: Actor, public_id: str, permission: Permission = Permission.TARGET_READ) -> Row:
    """Return one review. Raises NotFound where there is none or it is not the actor's."""
    statement = _ROWS.where(PeakReview.public_id == public_id, _within(actor, permission))
    found = rows(statement).mappings().one_or_none()
    if found is None:
        raise NotFound()
    return Row(**found)


def may_edit(actor: Actor, row: Row) -> bool:
    held = scopes(actor, Permission.TARGET_EDIT)
    return Scope.ALL in held or (Scope.TEAM in held and row.team_id in actor.teams_below)


def whole(row: Row) -> Whole:
    """Return a review with its findings, measures and the figures of all of their days."""
    known = metrics()
    watched = [known[code] for code in WATCHED if code in known]
    found = list(
        rows(
            select(*PeakFinding.__table__.c)
            .where(PeakFinding.review_id == row.id)
            .order_by(PeakFinding.from_on, PeakFinding.id)
        )
    )
    aims = {
        aim.public_id: aim
        for aim in rows(
            select(Measure.public_id, PeakMeasure.finding_id, PeakMeasure.metric, PeakMeasure.goal)
            .join(Measure, Measure.id == PeakMeasure.measure_id)
            .where(PeakMeasure.review_id == row.id)
        )
    }
    measured = measures_about(about_of(row.id), today())
    codes = {metric.code for metric in watched} | {aim.metric for aim in aims.values() if aim.metric in known}
    first = row.starts_on - timedelta(days=USUAL_DAYS) - MARGIN
    held = team_rows(row.team_id, codes, first, today() + timedelta(days=1), known)

    def compared(start: date, end: date) -> list[Compared]:
        return [
            Compared(
                metric=metric,
                then=_over(held, metric, start, end),
                usual=_over(
                    held, metric, row.starts_on - timedelta(days=USUAL_DAYS), row.starts_on - timedelta(days=1)
                ),
            )
            for metric in watched
        ]

    days = {each.id: (each.from_on, each.until_on) for each in found}
    return Whole(
        row=row,
        figures=compared(row.starts_on, row.ends_on),
        findings=[
            Finding(
                id=each.id,
                public_id=each.public_id,
                title=each.title,
                text=each.text,
                from_on=each.from_on,
                until_on=each.until_on,
                figures=compared(each.from_on, each.until_on),
            )
            for each in found
        ],
        measures=[_aimed(row, each, aims.get(each.public_id), days, held, known) for each in measured],
    )


def _aimed(
    row: Row,
    measure: MeasureRow,
    aim: Any,
    days: Mapping[int, tuple[date, date]],
    held: Mapping[str, Sequence[FigureRow]],
    known: Mapping[str, Metric],
) -> Aimed:
    metric = known.get(aim.metric) if aim is not None else None
    start, end = days.get(aim.finding_id, (row.starts_on, row.ends_on)) if aim is not None else (row.starts_on,) * 2
    looked = min(measure.check_on or row.look_on, today())
    since = max(end + timedelta(days=1), looked - timedelta(days=LOOK_BACK), day_of(measure.made_at))
    return Aimed(
        measure=measure,
        finding_id=aim.finding_id if aim is not None else None,
        metric=metric,
        goal=aim.goal if aim is not None else None,
        before=_over(held, metric, start, end) if metric else None,
        after=_over(held, metric, since, looked) if metric and since <= looked else None,
    )


def _over(held: Mapping[str, Sequence[FigureRow]], metric: Metric, first: date, last: date) -> Then | None:
    return over(held.get(metric.code, []), first, last, is_mean=metric.is_mean)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Somebody to whom a measure can be given."""

    id: int
    name: str
    employee_no: str
    team: str


def owners(actor: Actor, team_id: int) -> list[Owner]:
    """Return the actor, then everybody for whom he sets targets, those of the review's team first."""
    inside = Person.team_id.in_(teams_below([team_id]))
    statement = (
        select(Person.id, Person.name, Person.employee_no, Team.name.label("team"))
        .outerjoin(Team, Team.id == Person.team_id)
        .where(Person.active, or_(Person.id == actor.id, visible(actor, Permission.TARGET_EDIT)))
        .order_by(case((Person.id == actor.id, 0), (inside, 1), else_=2), Team.code, Person.employee_no)
    )
    return [
        Owner(id=row.id, name=row.name or "", employee_no=row.employee_no or "", team=row.team or "")
        for row in rows(statement)
    ]


def campaigns(actor: Actor) -> list[tuple[int, str]]:
    """Return the packs of peaks that may be linked, the latest first: (id, name)."""
    held = scopes(actor, Permission.TARGET_EDIT)
    mine = true() if Scope.ALL in held else Campaign.team_id.in_(actor.teams_below)
    statement = select(Campaign.id, Campaign.name).where(mine, Campaign.state != "draft")
    return [(row.id, row.name) for row in rows(statement.order_by(Campaign.starts_on.desc()).limit(50))]


def campaign_ids(actor: Actor) -> dict[str, int]:
    """Return the ids of the same packs by their public ids."""
    known = dict(campaigns(actor))
    return {
        row.public_id: row.id for row in rows(select(Campaign.public_id, Campaign.id).where(Campaign.id.in_(known)))
    }


def campaign_of(row: Row) -> tuple[str, str] | None:
    """Return public id and name of the pack that a review is linked with."""
    if row.campaign_id is None:
        return None
    found = rows(select(Campaign.public_id, Campaign.name).where(Campaign.id == row.campaign_id)).one_or_none()
    return (found.public_id, found.name) if found else None
