"""The completion report as rows: who owes a goal, how far each is, and the counts over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select

from lms.accounts.models import Cohort, CohortMember, Person, Team
from lms.accounts.queries import visible_within
from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.rules import READ
from lms.content.models import Document, Slug
from lms.core.access import Actor, Scope
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.here import today
from lms.records.models import Standing
from lms.reports.queries.who import (
    KEPT,
    Filter,
    Meant,
    conditions,
    held_by,
    in_time,
    is_late,
    keys_of,
    late_items,
    meant,
)
from lms.reports.rules import Line, Summary

PER_STATEMENT = 1_000
"""Keys named in one statement of an export; both databases have a limit."""

SORTS = ("overdue", "name", "team", "percent", "last")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Something that people owe: a curriculum, a course, a single lesson, article or quiz."""

    document_id: int
    kind: str
    slug: str
    title: str
    people: int

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.slug}"


@lru_cache(maxsize=KEPT)
def _goals(held: frozenset[Scope]) -> Select[*tuple[Any, ...]]:
    # Counted first, named afterwards: the names are read once a goal, not once a person.
    counted = (
        select(Assignment.document_id, func.count().label("people"))
        .join(Person, Person.id == Assignment.person_id)
        .where(
            Assignment.state.not_in(("withdrawn", "optional")),
            Assignment.occasion != READ,
            Person.active.is_(True),
            visible_within(held),
        )
        .group_by(Assignment.document_id)
        .subquery()
    )
    return (
        select(Document.id, Document.kind, Slug.slug, Document.title, counted.c.people)
        .join(counted, counted.c.document_id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .order_by(case((Document.kind == "curriculum", 0), else_=1), counted.c.people.desc(), Document.id)
    )


def goals(actor: Actor) -> list[Goal]:
    """Return what the people whom the actor may see owe, curricula first, then most people first."""
    return [
        Goal(document_id=id, kind=kind, slug=slug, title=title, people=people)
        for id, kind, slug, title, people in rows(_goals(held_by(actor)), keys_of(actor))
    ]


def goal_named(actor: Actor, name: str) -> Goal:
    """Return the goal by its public name, `curriculum:onboarding/curriculum` or a curriculum's slug alone."""
    kind, _, slug = name.rpartition(":")
    for goal in goals(actor):
        if goal.slug == slug and goal.kind == (kind or "curriculum"):
            return goal
    raise NotFound()


@lru_cache(maxsize=KEPT)
def _grouped(shape: Meant, by: str) -> Select[*tuple[Any, ...]]:
    """Return the counts: of everybody in one row, or of each team or intake."""
    name: Any = {"": func.max(""), "team": Team.name, "cohort": Cohort.name}[by]
    statement = (
        select(
            name.label("name"),
            func.count().label("people"),
            func.coalesce(func.sum(case((Assignment.state != "open", 1), else_=0)), 0).label("done"),
            func.coalesce(func.sum(case((is_late, 1), else_=0)), 0).label("overdue"),
            func.coalesce(func.sum(case((and_(in_time, Assignment.done_items > 0), 1), else_=0)), 0).label("begun"),
            func.min(case((is_late, Assignment.next_due_on))).label("since"),
            func.max(Assignment.due_on).label("due_on"),
        )
        .select_from(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .where(*conditions(shape))
    )
    if by == "team":
        statement = statement.outerjoin(Team, Team.id == Person.team_id)
    if by == "cohort":
        statement = statement.outerjoin(CohortMember, CohortMember.person_id == Person.id).outerjoin(
            Cohort, Cohort.id == CohortMember.cohort_id
        )
    return statement.group_by(name) if by else statement


def _summary(row: Any) -> Summary:
    return Summary(
        people=row.people,
        done=row.done,
        overdue=row.overdue,
        begun=row.begun,
        longest=(today() - row.since).days if row.since else 0,
        due_on=row.due_on,
    )


def summary(actor: Actor, wanted: Filter) -> Summary:
    """Return the counts over everybody whom the filter and the actor's rights leave."""
    shape, keys = meant(actor, wanted)
    return _summary(rows(_grouped(shape, ""), keys).one())


def by_team(actor: Actor, wanted: Filter) -> list[tuple[str, Summary]]:
    """Return the counts of each team, the worst first."""
    return _groups(actor, wanted, "team")


def by_cohort(actor: Actor, wanted: Filter) -> list[tuple[str, Summary]]:
    """Return the counts of each intake; people of none under the empty name."""
    return _groups(actor, wanted, "cohort")


def _groups(actor: Actor, wanted: Filter, by: str) -> list[tuple[str, Summary]]:
    shape, keys = meant(actor, wanted)
    found = [(row.name or "", _summary(row)) for row in rows(_grouped(shape, by), keys)]
    return sorted(found, key=lambda group: (-group[1].overdue, group[1].percent, group[0]))


@lru_cache(maxsize=KEPT)
def _lines(shape: Meant, sort: str, descending: bool, paged: bool) -> Select[*tuple[Any, ...]]:
    percent = Assignment.done_items * 100 / func.nullif(Assignment.total_items, 0)
    is_open = case((Assignment.state == "open", 0), else_=1)
    orders: dict[str, list[Any]] = {
        "overdue": [
            case((is_late, 0), else_=1),
            is_open,
            case((is_late, Assignment.next_due_on)),
            percent,
            Person.name,
        ],
        "name": [Person.name],
        "team": [Team.name, Person.name],
        "percent": [percent, Person.name],
        "last": [Assignment.last_done_at, Person.name],
    }
    order = [*orders[sort], Assignment.id]
    if descending:
        order[0] = order[0].desc()
    chosen = and_(*conditions(shape))
    of_chosen = late_items
    if paged:
        # Sorted by their ids alone first: what the lines show is read for one page of people only.
        page = select(Assignment.id).join(Person, Person.id == Assignment.person_id)
        if sort == "team":
            page = page.outerjoin(Team, Team.id == Person.team_id)
        page = page.where(chosen).order_by(*order).offset(bindparam("offset")).limit(bindparam("limit"))
        shown = select(page.cte("page"))
        chosen = Assignment.id.in_(shown)
        of_chosen = and_(late_items, AssignmentItem.assignment_id.in_(shown))
    counted = (
        select(AssignmentItem.assignment_id, func.count().label("late"))
        .where(of_chosen)
        .group_by(AssignmentItem.assignment_id)
        .subquery("counted")
    )
    cohort = (
        select(func.max(Cohort.name))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    return (
        select(
            Assignment.id,
            Person.employee_no,
            Person.name,
            Team.name.label("team"),
            cohort.label("cohort"),
            Assignment.done_items,
            Assignment.total_items,
            case((is_late, func.coalesce(counted.c.late, 0)), else_=0).label("overdue"),
            Assignment.next_due_on,
            Assignment.state,
            Assignment.due_on,
            Assignment.last_done_at,
        )
        .join(Person, Person.id == Assignment.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(counted, counted.c.assignment_id == Assignment.id)
        .where(chosen)
        .order_by(*order)
    )


def lines(
    actor: Actor,
    wanted: Filter,
    *,
    sort: str = "overdue",
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
    minutes: bool = False,
) -> list[Line]:
    """Return the people of the report, a page of them where a limit is given; by default who is late the longest first.

    minutes: with the time that was credited and measured, which costs a look at every item.
    """
    here = today()
    shape, keys = meant(actor, wanted)
    statement = _lines(shape, sort, descending, limit is not None)
    found = rows(statement, {**keys, "limit": limit, "offset": offset}).all()
    spent = _minutes_of([row[0] for row in found]) if minutes else {}
    return [
        Line(
            assignment_id=id,
            employee_no=employee_no or "",
            name=name or "",
            team=team or "",
            cohort=cohort or "",
            done=done,
            total=total,
            overdue=overdue,
            overdue_days=(here - since).days if since and overdue else 0,
            state=state,
            due_on=due_on,
            last_completed_at=last_done_at,
            credited_minutes=spent[id][0] if id in spent else 0,
            observed_seconds=spent[id][1] if id in spent else 0,
        )
        for id, employee_no, name, team, cohort, done, total, overdue, since, state, due_on, last_done_at in found
    ]


_MINUTES = (
    select(AssignmentItem.assignment_id, func.sum(Standing.credited_minutes), func.sum(Standing.observed_seconds))
    .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
    .join(
        Standing,
        and_(Standing.person_id == Assignment.person_id, Standing.document_id == AssignmentItem.document_id),
    )
    .where(AssignmentItem.assignment_id.in_(bindparam("ids", expanding=True)), AssignmentItem.purpose == "complete")
    .group_by(AssignmentItem.assignment_id)
)


def _minutes_of(assignment_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return credited minutes and measured seconds of each assignment, over its own items."""
    found: dict[int, tuple[int, int]] = {}
    for start in range(0, len(assignment_ids), PER_STATEMENT):
        for id, credited, observed in rows(_MINUTES, {"ids": assignment_ids[start : start + PER_STATEMENT]}):
            found[id] = (credited or 0, observed or 0)
    return found


@lru_cache(maxsize=KEPT)
def _cohorts(held: frozenset[Scope]) -> Select[*tuple[Any, ...]]:
    return (
        select(Cohort.id, Cohort.name, Cohort.starts_on)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .join(Person, Person.id == CohortMember.person_id)
        .where(visible_within(held))
        .distinct()
        .order_by(Cohort.starts_on.desc())
    )


def cohorts(actor: Actor) -> list[tuple[int, str]]:
    """Return the intakes in which somebody stands whom the actor may see, latest first."""
    return [(id, name) for id, name, _ in rows(_cohorts(held_by(actor)), keys_of(actor))]
