"""The completion report as rows: who owes a goal, how far each is, and the cells of one page of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Cohort, CohortMember, Person, Team
from lms.accounts.queries import teams_below, visible
from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.records.models import Standing
from lms.reports.rules import BY_COURSE, BY_DAY, Block, Column, Line, Summary, quarter_days

effective_due = func.coalesce(AssignmentItem.extended_to, AssignmentItem.due_on)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which people of a goal are meant. team: and all below it. status: overdue | part | open | done, "" = all."""

    document_id: int
    team_id: int | None = None
    cohort_id: int | None = None
    quarter: str = ""
    status: str = ""
    q: str = ""
    left_too: bool = False


def goals(actor: Actor) -> list[Goal]:
    """Return what the people whom the actor may see owe, most people first."""
    rows = session().execute(
        select(Document.id, Document.kind, Slug.slug, Document.title, func.count().label("people"))
        .join(Assignment, Assignment.document_id == Document.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(Assignment.state != "withdrawn", Person.active.is_(True), visible(actor, Permission.REPORT_READ))
        .group_by(Document.id, Document.kind, Slug.slug, Document.title)
        .order_by(case((Document.kind == "curriculum", 0), else_=1), func.count().desc(), Document.id)
    )
    return [Goal(document_id=row.id, kind=row.kind, slug=row.slug, title=row.title, people=row.people) for row in rows]


def goal_named(actor: Actor, name: str) -> Goal:
    """Return the goal by its public name, `curriculum:onboarding/curriculum` or a curriculum's slug alone."""
    kind, _, slug = name.rpartition(":")
    for goal in goals(actor):
        if goal.slug == slug and goal.kind == (kind or "curriculum"):
            return goal
    raise NotFound()


def _late(day: date) -> Any:
    """Return the open required items past their day, by assignment."""
    return (
        select(
            AssignmentItem.assignment_id,
            func.count().label("count_late"),
            func.min(effective_due).label("since"),
        )
        .where(
            AssignmentItem.done_at.is_(None),
            AssignmentItem.required,
            ~AssignmentItem.exempt,
            effective_due < day,
        )
        .group_by(AssignmentItem.assignment_id)
        .subquery("late")
    )


def _conditions(actor: Actor, wanted: Filter, late: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Assignment.document_id == wanted.document_id,
        Assignment.state != "withdrawn",
        visible(actor, Permission.REPORT_READ),
    ]
    if not wanted.left_too:
        found.append(Person.active.is_(True))
    if wanted.team_id is not None:
        found.append(Person.team_id.in_(teams_below([wanted.team_id])))
    if wanted.cohort_id is not None:
        members = select(CohortMember.person_id).where(CohortMember.cohort_id == wanted.cohort_id)
        found.append(Person.id.in_(members))
    if wanted.quarter:
        first, after = quarter_days(wanted.quarter)
        judged = func.coalesce(Assignment.due_on, Assignment.starts_on)
        found.append((judged >= first) & (judged < after))
    if wanted.q:
        pattern = f"%{wanted.q}%"
        found.append(or_(Person.name.ilike(pattern), Person.employee_no.ilike(pattern)))
    is_open = Assignment.state == "open"
    match wanted.status:
        case "overdue":
            found += [is_open, late.c.count_late.is_not(None)]
        case "part":
            found += [is_open, late.c.count_late.is_(None), Assignment.done_items > 0]
        case "open":
            found += [is_open, late.c.count_late.is_(None), Assignment.done_items == 0]
        case "done":
            found.append(Assignment.state.in_(["done", "exempt"]))
    return found


def _grouped(
    actor: Actor, wanted: Filter, columns: Sequence[Any], joins: Sequence[tuple[Any, Any]] = ()
) -> Select[Any]:
    here = today()
    late = _late(here)
    is_open = Assignment.state == "open"
    statement = (
        select(
            *columns,
            func.count().label("people"),
            func.coalesce(func.sum(case((~is_open, 1), else_=0)), 0).label("done"),
            func.coalesce(func.sum(case((is_open & late.c.count_late.is_not(None), 1), else_=0)), 0).label("overdue"),
            func.coalesce(
                func.sum(case((is_open & late.c.count_late.is_(None) & (Assignment.done_items > 0), 1), else_=0)), 0
            ).label("begun"),
            func.min(case((is_open, late.c.since))).label("since"),
            func.max(Assignment.due_on).label("due_on"),
        )
        .select_from(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .outerjoin(late, late.c.assignment_id == Assignment.id)
    )
    for target, on in joins:
        statement = statement.outerjoin(target, on)
    return statement.where(*_conditions(actor, wanted, late))


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
    return _summary(session().execute(_grouped(actor, wanted, [literal(1).label("all")])).one())


def by_team(actor: Actor, wanted: Filter) -> list[tuple[str, Summary]]:
    """Return the counts of each team, the worst first."""
    statement = _grouped(actor, wanted, [Team.name.label("name")], [(Team, Team.id == Person.team_id)])
    rows = session().execute(statement.group_by(Team.name)).all()
    return _worst_first([(row.name or "", _summary(row)) for row in rows])


def by_cohort(actor: Actor, wanted: Filter) -> list[tuple[str, Summary]]:
    """Return the counts of each intake; people of none under the empty name."""
    member = aliased(CohortMember)
    statement = _grouped(
        actor,
        wanted,
        [Cohort.name.label("name")],
        [(member, member.person_id == Person.id), (Cohort, Cohort.id == member.cohort_id)],
    )
    rows = session().execute(statement.group_by(Cohort.name)).all()
    return _worst_first([(row.name or "", _summary(row)) for row in rows])


def _worst_first(groups: list[tuple[str, Summary]]) -> list[tuple[str, Summary]]:
    return sorted(groups, key=lambda group: (-group[1].overdue, group[1].percent, group[0]))


SORTS = ("overdue", "name", "team", "percent", "last")


def lines(
    actor: Actor,
    wanted: Filter,
    *,
    sort: str = "overdue",
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[Line]:
    """Return the people of the report, a page of them where a limit is given. Overdue first by default."""
    here = today()
    late = _late(here)
    cohort = (
        select(func.max(Cohort.name))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    minutes = (
        select(
            AssignmentItem.assignment_id,
            func.coalesce(func.sum(Standing.credited_minutes), 0).label("credited"),
            func.coalesce(func.sum(Standing.observed_seconds), 0).label("observed"),
        )
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .join(
            Standing,
            (Standing.person_id == Assignment.person_id) & (Standing.document_id == AssignmentItem.document_id),
        )
        .where(Assignment.document_id == wanted.document_id, AssignmentItem.purpose == "complete")
        .group_by(AssignmentItem.assignment_id)
        .subquery("minutes")
    )
    percent = Assignment.done_items * 100 / func.nullif(Assignment.total_items, 0)
    overdue = case((Assignment.state == "open", func.coalesce(late.c.count_late, 0)), else_=0)
    orders: dict[str, list[Any]] = {
        "overdue": [overdue.desc(), case((Assignment.state == "open", 0), else_=1), percent, Person.name],
        "name": [Person.name],
        "team": [Team.name, Person.name],
        "percent": [percent, Person.name],
        "last": [Assignment.last_done_at, Person.name],
    }
    order = orders[sort]
    if descending:
        order = [order[0].desc() if sort != "overdue" else overdue, *order[1:]]
    statement = (
        select(
            Assignment.id,
            Person.employee_no,
            Person.name,
            Team.name.label("team"),
            cohort.label("cohort"),
            Assignment.done_items,
            Assignment.total_items,
            overdue.label("overdue"),
            late.c.since,
            Assignment.state,
            Assignment.due_on,
            Assignment.last_done_at,
            minutes.c.credited,
            minutes.c.observed,
        )
        .join(Person, Person.id == Assignment.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(late, late.c.assignment_id == Assignment.id)
        .outerjoin(minutes, minutes.c.assignment_id == Assignment.id)
        .where(*_conditions(actor, wanted, late))
        .order_by(*order, Assignment.id)
        .offset(offset)
        .limit(limit)
    )
    return [
        Line(
            assignment_id=row.id,
            employee_no=row.employee_no or "",
            name=row.name or "",
            team=row.team or "",
            cohort=row.cohort or "",
            done=row.done_items,
            total=row.total_items,
            overdue=row.overdue,
            overdue_days=(here - row.since).days if row.since and row.overdue else 0,
            state=row.state,
            due_on=row.due_on,
            last_completed_at=row.last_done_at,
            credited_minutes=row.credited or 0,
            observed_seconds=row.observed or 0,
        )
        for row in session().execute(statement)
    ]


def columns(wanted: Filter, by: str, day: int | None) -> list[Column]:
    """Return the columns of the matrix, in the order in which the things are owed. day: only that day's items."""
    leaf, course = aliased(Document), aliased(Document)
    group = _key(by)
    statement = (
        select(
            group.label("key"),
            func.min(AssignmentItem.position).label("first"),
            func.max(func.coalesce(course.title, leaf.title) if by == BY_COURSE else leaf.title).label("title"),
            func.min(AssignmentItem.due_on).label("first_due"),
            func.max(AssignmentItem.due_on).label("last_due"),
        )
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .join(leaf, leaf.id == AssignmentItem.document_id)
        .outerjoin(course, course.id == AssignmentItem.container_id)
        .where(Assignment.document_id == wanted.document_id, *_countable(day))
        .group_by(group)
        .order_by(func.min(AssignmentItem.position))
    )
    found = []
    for row in session().execute(statement):
        same_day = row.first_due == row.last_due
        title = "" if by == BY_DAY else row.title
        found.append(Column(key=str(row.key), title=title, short=title[:6], due_on=row.last_due if same_day else None))
    return found


def _key(by: str) -> Any:
    if by == BY_DAY:
        return AssignmentItem.day
    if by == BY_COURSE:
        return func.coalesce(AssignmentItem.container_id, AssignmentItem.document_id)
    return AssignmentItem.document_id


def _countable(day: int | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [AssignmentItem.required.is_(True), AssignmentItem.purpose == "complete"]
    if day is not None:
        found.append(AssignmentItem.day == day)
    return found


def cells(assignment_ids: Sequence[int], by: str, day: int | None) -> dict[tuple[int, str], Block]:
    """Return the blocks of these people, by (assignment, column key), in one statement."""
    here = today()
    group = _key(by)
    open_item = AssignmentItem.done_at.is_(None) & ~AssignmentItem.exempt
    rows = session().execute(
        select(
            AssignmentItem.assignment_id,
            group.label("key"),
            func.count().label("total"),
            func.sum(case((open_item, 0), else_=1)).label("settled"),
            func.sum(case((AssignmentItem.exempt, 1), else_=0)).label("exempt"),
            func.sum(case((open_item & (effective_due < here), 1), else_=0)).label("late"),
            func.sum(case((open_item & AssignmentItem.opened_at.is_not(None), 1), else_=0)).label("begun"),
        )
        .where(AssignmentItem.assignment_id.in_(assignment_ids), *_countable(day))
        .group_by(AssignmentItem.assignment_id, group)
    )
    return {
        (row.assignment_id, str(row.key)): Block(
            total=row.total, settled=row.settled, exempt=row.exempt, late=row.late, begun=row.begun
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many items and days the goal has, for choosing the columns."""

    items: int
    days: int


def shape(document_id: int) -> Shape:
    row = (
        session()
        .execute(
            select(
                func.count(func.distinct(AssignmentItem.document_id)).label("items"),
                func.count(func.distinct(AssignmentItem.day)).label("days"),
            )
            .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
            .where(Assignment.document_id == document_id, *_countable(None))
        )
        .one()
    )
    return Shape(items=row.items, days=row.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One item over everybody: how many owe it, have done it, are late."""

    title: str
    kind: str
    slug: str
    day: int | None
    people: int
    done: int
    late: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.people if self.people else 0


def by_item(actor: Actor, wanted: Filter) -> list[ItemLine]:
    """Return every required item of the goal in its order, over the people of the filter."""
    here = today()
    late = _late(here)
    settled = AssignmentItem.done_at.is_not(None) | AssignmentItem.exempt
    rows = session().execute(
        select(
            Document.title,
            Document.kind,
            Slug.slug,
            func.min(AssignmentItem.day).label("day"),
            func.count().label("people"),
            func.sum(case((settled, 1), else_=0)).label("done"),
            func.sum(case((~settled & (effective_due < here), 1), else_=0)).label("late"),
        )
        .join(AssignmentItem, AssignmentItem.document_id == Document.id)
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .outerjoin(late, late.c.assignment_id == Assignment.id)
        .where(*_conditions(actor, wanted, late), *_countable(None))
        .group_by(Document.id, Document.title, Document.kind, Slug.slug)
        .order_by(func.min(AssignmentItem.position))
    )
    return [
        ItemLine(
            title=row.title,
            kind=row.kind,
            slug=row.slug,
            day=row.day,
            people=row.people,
            done=row.done,
            late=row.late,
        )
        for row in rows
    ]


def cohorts(actor: Actor) -> list[tuple[int, str]]:
    """Return the intakes in which somebody stands whom the actor may see, latest first."""
    rows = session().execute(
        select(Cohort.id, Cohort.name, Cohort.starts_on)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .join(Person, Person.id == CohortMember.person_id)
        .where(visible(actor, Permission.REPORT_READ))
        .distinct()
        .order_by(Cohort.starts_on.desc())
    )
    return [(row.id, row.name) for row in rows]
