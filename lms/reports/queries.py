"""The completion report as rows: who owes a goal, how far each is, and the cells of one page of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Cohort, CohortMember, Person, Team
from lms.accounts.queries import teams_below, visible
from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.here import today
from lms.records.models import Standing
from lms.reports.rules import BY_COURSE, BY_DAY, Block, Column, Line, Summary, quarter_days

PER_STATEMENT = 1_000
"""Keys named in one statement of an export; both databases have a limit."""

_MINUTES = (
    select(AssignmentItem.assignment_id, func.sum(Standing.credited_minutes), func.sum(Standing.observed_seconds))
    .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
    .join(
        Standing,
        (Standing.person_id == Assignment.person_id) & (Standing.document_id == AssignmentItem.document_id),
    )
    .where(AssignmentItem.assignment_id.in_(bindparam("ids", expanding=True)), AssignmentItem.purpose == "complete")
    .group_by(AssignmentItem.assignment_id)
)


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
    found = rows(
        select(Document.id, Document.kind, Slug.slug, Document.title, func.count().label("people"))
        .join(Assignment, Assignment.document_id == Document.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(Assignment.state != "withdrawn", Person.active.is_(True), visible(actor, Permission.REPORT_READ))
        .group_by(Document.id, Document.kind, Slug.slug, Document.title)
        .order_by(case((Document.kind == "curriculum", 0), else_=1), func.count().desc(), Document.id)
    )
    return [Goal(document_id=row.id, kind=row.kind, slug=row.slug, title=row.title, people=row.people) for row in found]


def goal_named(actor: Actor, name: str) -> Goal:
    """Return the goal by its public name, `curriculum:onboarding/curriculum` or a curriculum's slug alone."""
    kind, _, slug = name.rpartition(":")
    for goal in goals(actor):
        if goal.slug == slug and goal.kind == (kind or "curriculum"):
            return goal
    raise NotFound()


def _is_late(day: date) -> ColumnElement[bool]:
    """Return the condition that something required of an open assignment is past its day."""
    return and_(Assignment.state == "open", Assignment.next_due_on < day)


def _is_in_time(day: date) -> ColumnElement[bool]:
    return and_(Assignment.state == "open", or_(Assignment.next_due_on.is_(None), Assignment.next_due_on >= day))


def _late_items(day: date) -> ColumnElement[bool]:
    """Return the condition on items that are open, required and past their day.

    Written so that the index of open items by their day is of use.
    """
    return and_(
        AssignmentItem.done_at.is_(None),
        AssignmentItem.due_on < day,
        or_(AssignmentItem.extended_to.is_(None), AssignmentItem.extended_to < day),
        AssignmentItem.required,
        ~AssignmentItem.exempt,
    )


def _conditions(actor: Actor, wanted: Filter, day: date) -> list[ColumnElement[bool]]:
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
    match wanted.status:
        case "overdue":
            found.append(_is_late(day))
        case "part":
            found += [_is_in_time(day), Assignment.done_items > 0]
        case "open":
            found += [_is_in_time(day), Assignment.done_items == 0]
        case "done":
            found.append(Assignment.state.in_(["done", "exempt"]))
    return found


def _grouped(
    actor: Actor, wanted: Filter, columns: Sequence[Any], joins: Sequence[tuple[Any, Any]] = ()
) -> Select[Any]:
    here = today()
    late = _is_late(here)
    statement = (
        select(
            *columns,
            func.count().label("people"),
            func.coalesce(func.sum(case((Assignment.state != "open", 1), else_=0)), 0).label("done"),
            func.coalesce(func.sum(case((late, 1), else_=0)), 0).label("overdue"),
            func.coalesce(func.sum(case((and_(_is_in_time(here), Assignment.done_items > 0), 1), else_=0)), 0).label(
                "begun"
            ),
            func.min(case((late, Assignment.next_due_on))).label("since"),
            func.max(Assignment.due_on).label("due_on"),
        )
        .select_from(Assignment)
        .join(Person, Person.id == Assignment.person_id)
    )
    for target, on in joins:
        statement = statement.outerjoin(target, on)
    return statement.where(*_conditions(actor, wanted, here))


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
    return _summary(rows(_grouped(actor, wanted, [literal(1).label("all")])).one())


def by_team(actor: Actor, wanted: Filter) -> list[tuple[str, Summary]]:
    """Return the counts of each team, the worst first."""
    statement = _grouped(actor, wanted, [Team.name.label("name")], [(Team, Team.id == Person.team_id)])
    found = rows(statement.group_by(Team.name)).all()
    return _worst_first([(row.name or "", _summary(row)) for row in found])


def by_cohort(actor: Actor, wanted: Filter) -> list[tuple[str, Summary]]:
    """Return the counts of each intake; people of none under the empty name."""
    member = aliased(CohortMember)
    statement = _grouped(
        actor,
        wanted,
        [Cohort.name.label("name")],
        [(member, member.person_id == Person.id), (Cohort, Cohort.id == member.cohort_id)],
    )
    found = rows(statement.group_by(Cohort.name)).all()
    return _worst_first([(row.name or "", _summary(row)) for row in found])


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
    minutes: bool = False,
) -> list[Line]:
    """Return the people of the report, a page of them where a limit is given; by default who is late the longest first.

    minutes: with the time that was credited and measured, which costs a look at every item.
    """
    here = today()
    late = _is_late(here)
    percent = Assignment.done_items * 100 / func.nullif(Assignment.total_items, 0)
    is_open = case((Assignment.state == "open", 0), else_=1)
    orders: dict[str, list[Any]] = {
        "overdue": [case((late, 0), else_=1), is_open, case((late, Assignment.next_due_on)), percent, Person.name],
        "name": [Person.name],
        "team": [Team.name, Person.name],
        "percent": [percent, Person.name],
        "last": [Assignment.last_done_at, Person.name],
    }
    order = [*orders[sort], Assignment.id]
    if descending:
        order[0] = order[0].desc()
    chosen: ColumnElement[bool] = and_(*_conditions(actor, wanted, here))
    late_items = _late_items(here)
    if limit is not None:
        # Sorted by their ids alone first: what the lines show is read for one page of people only.
        page = (
            select(Assignment.id)
            .join(Person, Person.id == Assignment.person_id)
            .outerjoin(Team, Team.id == Person.team_id)
            .where(chosen)
            .order_by(*order)
            .offset(offset)
            .limit(limit)
        )
        chosen = Assignment.id.in_(page)
        late_items = and_(late_items, AssignmentItem.assignment_id.in_(page))
    counted = (
        select(AssignmentItem.assignment_id, func.count().label("late"))
        .where(late_items)
        .group_by(AssignmentItem.assignment_id)
        .subquery("counted")
    )
    statement = (
        select(
            Assignment.id,
            Person.employee_no,
            Person.name,
            Team.name.label("team"),
            _cohort_name().label("cohort"),
            Assignment.done_items,
            Assignment.total_items,
            case((late, func.coalesce(counted.c.late, 0)), else_=0).label("overdue"),
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
    found = rows(statement).all()
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


def _cohort_name() -> Any:
    return (
        select(func.max(Cohort.name))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )


def _minutes_of(assignment_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return credited minutes and measured seconds of each assignment, over its own items."""
    found: dict[int, tuple[int, int]] = {}
    for start in range(0, len(assignment_ids), PER_STATEMENT):
        for id, credited, observed in rows(_MINUTES, {"ids": assignment_ids[start : start + PER_STATEMENT]}):
            found[id] = (credited or 0, observed or 0)
    return found


def columns(wanted: Filter, by: str, day: int | None) -> list[Column]:
    """Return the columns of the matrix, in the order in which the things are owed. day: only that day's items.

    Read from one assignment of each layout: what thousands of people owe of one revision is the same.
    """
    leaf, course = aliased(Document), aliased(Document)
    group = _key(by)
    statement = (
        select(
            group.label("key"),
            func.max(func.coalesce(course.title, leaf.title) if by == BY_COURSE else leaf.title).label("title"),
        )
        .join(leaf, leaf.id == AssignmentItem.document_id)
        .outerjoin(course, course.id == AssignmentItem.container_id)
        .where(AssignmentItem.assignment_id.in_(_layouts(wanted.document_id)), *_countable(day))
        .group_by(group)
        .order_by(func.min(AssignmentItem.position))
    )
    return [
        Column(key=str(row.key), title="" if by == BY_DAY else row.title, short=row.title[:6])
        for row in rows(statement)
    ]


def _layouts(document_id: int) -> Select[Any]:
    """Return the latest assignment of each way in which the goal was laid out."""
    return (
        select(func.max(Assignment.id))
        .where(Assignment.document_id == document_id, Assignment.state != "withdrawn")
        .group_by(Assignment.revision_id, Assignment.total_items)
    )


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
    """Return the blocks of these people, by (assignment, column key), in one statement per thousand people."""
    group = _key(by)
    open_item = AssignmentItem.done_at.is_(None) & ~AssignmentItem.exempt
    late = case((_late_items(today()), 1), else_=0)
    ids: Any = bindparam("ids", expanding=True)
    statement = (
        select(
            AssignmentItem.assignment_id,
            group,
            func.count(),
            func.sum(case((open_item, 0), else_=1)),
            func.sum(case((AssignmentItem.exempt, 1), else_=0)),
            func.sum(late),
            func.sum(case((open_item & AssignmentItem.opened_at.is_not(None), 1), else_=0)),
            func.min(AssignmentItem.due_on),
            func.max(AssignmentItem.due_on),
        )
        .where(AssignmentItem.assignment_id.in_(ids), *_countable(day))
        .group_by(AssignmentItem.assignment_id, group)
    )
    found = {}
    for start in range(0, len(assignment_ids), PER_STATEMENT):
        for id, key, total, settled, exempt, overdue, begun, first, last in rows(
            statement, {"ids": assignment_ids[start : start + PER_STATEMENT]}
        ):
            found[id, str(key)] = Block(
                total=total,
                settled=settled,
                exempt=exempt,
                late=overdue,
                begun=begun,
                due_on=last if first == last else None,
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many items and days the goal has, for choosing the columns."""

    items: int
    days: int


def shape(document_id: int) -> Shape:
    row = rows(
        select(
            func.count(func.distinct(AssignmentItem.document_id)).label("items"),
            func.count(func.distinct(AssignmentItem.day)).label("days"),
        ).where(AssignmentItem.assignment_id.in_(_layouts(document_id)), *_countable(None))
    ).one()
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
    settled = AssignmentItem.done_at.is_not(None) | AssignmentItem.exempt
    found = rows(
        select(
            Document.title,
            Document.kind,
            Slug.slug,
            func.min(AssignmentItem.day).label("day"),
            func.count().label("people"),
            func.sum(case((settled, 1), else_=0)).label("done"),
            func.sum(case((_late_items(here), 1), else_=0)).label("late"),
        )
        .join(AssignmentItem, AssignmentItem.document_id == Document.id)
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(*_conditions(actor, wanted, here), *_countable(None))
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
        for row in found
    ]


def cohorts(actor: Actor) -> list[tuple[int, str]]:
    """Return the intakes in which somebody stands whom the actor may see, latest first."""
    found = rows(
        select(Cohort.id, Cohort.name, Cohort.starts_on)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .join(Person, Person.id == CohortMember.person_id)
        .where(visible(actor, Permission.REPORT_READ))
        .distinct()
        .order_by(Cohort.starts_on.desc())
    )
    return [(row.id, row.name) for row in found]
