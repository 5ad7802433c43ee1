"""Who is late with what, or has not begun: the rows behind 催学, and the words for the group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import silent_on
from lms.assignments.models import Assignment, AssignmentItem, Chase
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import rows, session
from lms.core.here import today
from lms.learning.models import Cycle
from lms.reports.leading.rules import LateLine, Owed
from lms.reports.leading.who import people
from lms.reports.queries.who import is_late, late_items

WHO = ("late", "soon", "idle", "left")
"""late: something is past its day. soon: due within SOON days. idle: not begun. left: everything not finished."""
SOON = 3
SORTS = ("days", "name", "team", "due", "chased")
NAMED = 60
"""Names in the words for one group; more do not fit a chat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFilter:
    """Which duties are meant. goal: "" = everything, `cycle:<public id>` or `course:<slug>`. team_id: and below."""

    who: str = "late"
    goal: str = ""
    team_id: int | None = None
    q: str = ""
    unasked: bool = False  # only who has not been asked today


def conditions(actor: Actor, wanted: LateFilter, permission: Permission) -> list[ColumnElement[bool]]:
    """Return the conditions on Assignment and Person."""
    day = today()
    found: list[ColumnElement[bool]] = [Assignment.state == "open", *people(actor, wanted.team_id, permission)]
    kind, _, name = wanted.goal.partition(":")
    if kind == "cycle":
        cycle = session().execute(select(Cycle.id).where(Cycle.public_id == name)).scalar()
        found.append(Assignment.occasion == f"cycle:{cycle or 0}")
    elif kind:
        document = select(Slug.document_id).where(Slug.kind == kind, Slug.slug == name).scalar_subquery()
        found.append(Assignment.document_id == document)
    match wanted.who:
        case "soon":
            last = day + timedelta(days=SOON)
            found.append(and_(Assignment.next_due_on >= day, Assignment.next_due_on <= last))
        case "idle":
            found += [Assignment.done_items == 0, Assignment.starts_on <= day]
        case "left":
            found.append(Assignment.starts_on <= day)
        case _:
            found.append(is_late)
    if wanted.q:
        words = f"%{wanted.q}%"
        found.append(or_(Person.name.ilike(words), Person.employee_no.ilike(words)))
    if wanted.unasked:
        asked = select(Chase.assignment_id).where(Chase.assignment_id == Assignment.id, Chase.day == day)
        found.append(~asked.exists())
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many duties of how many people; longest: days of the latest one."""

    duties: int
    people: int
    longest: int


def count(actor: Actor, wanted: LateFilter, permission: Permission = Permission.REPORT_READ) -> Count:
    row = rows(
        select(
            func.count().label("duties"),
            func.count(func.distinct(Assignment.person_id)).label("people"),
            func.min(case((is_late, Assignment.next_due_on))).label("since"),
        )
        .select_from(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .where(*conditions(actor, wanted, permission)),
        {"day": today()},
    ).one()
    return Count(duties=row.duties, people=row.people, longest=(today() - row.since).days if row.since else 0)


def ids(actor: Actor, wanted: LateFilter, chosen: Sequence[int] | None = None) -> list[int]:
    """Return the duties of the filter about which the actor may write to their people, those of `chosen` only."""
    where = conditions(actor, wanted, Permission.MESSAGE_SEND)
    if chosen is not None:
        where.append(Assignment.id.in_(chosen))
    statement = select(Assignment.id).join(Person, Person.id == Assignment.person_id).where(*where)
    return list(rows(statement.order_by(Assignment.id), {"day": today()}).scalars())


def lines(
    actor: Actor,
    wanted: LateFilter,
    *,
    sort: str = "days",
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
    only: Sequence[int] | None = None,
) -> list[LateLine]:
    """Return the duties of the filter, those late the longest first; at most four statements."""
    day = today()
    chased = (
        select(Chase.assignment_id, func.max(Chase.at).label("at"), func.count().label("times"))
        .group_by(Chase.assignment_id)
        .subquery("chased")
    )
    counted = (
        select(AssignmentItem.assignment_id, func.count().label("late"))
        .where(late_items)
        .group_by(AssignmentItem.assignment_id)
        .subquery("counted")
    )
    orders: dict[str, list[Any]] = {
        "days": [func.coalesce(Assignment.next_due_on, day + timedelta(days=10_000)), Team.name, Person.name],
        "name": [Person.name],
        "team": [Team.name, Person.name],
        "due": [Assignment.due_on, Person.name],
        "chased": [chased.c.at, Person.name],
    }
    order = [*orders[sort], Assignment.id]
    if descending:
        order[0] = order[0].desc()
    statement = (
        select(
            Assignment.id,
            Assignment.person_id,
            Person.employee_no,
            Person.name,
            Team.name.label("team"),
            Document.title,
            Assignment.done_items,
            Assignment.total_items,
            Assignment.due_on,
            Assignment.next_due_on,
            Assignment.last_done_at,
            case((is_late, func.coalesce(counted.c.late, 0)), else_=0).label("late"),
            chased.c.at,
            chased.c.times,
        )
        .join(Person, Person.id == Assignment.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .join(Document, Document.id == Assignment.document_id)
        .outerjoin(counted, counted.c.assignment_id == Assignment.id)
        .outerjoin(chased, chased.c.assignment_id == Assignment.id)
        .where(*conditions(actor, wanted, Permission.REPORT_READ))
        .order_by(*order)
    )
    if only is not None:
        statement = statement.where(Assignment.id.in_(only))
    if limit is not None:
        statement = statement.limit(limit).offset(offset)
    found = rows(statement, {"day": day}).all()
    asked_today = set(
        session().scalars(
            select(Chase.assignment_id).where(Chase.day == day, Chase.assignment_id.in_([row.id for row in found]))
        )
        if found
        else ()
    )
    silent = silent_on(day, {row.person_id for row in found})
    return [
        LateLine(
            assignment_id=row.id,
            employee_no=row.employee_no or "",
            name=row.name or "",
            team=row.team or "",
            title=row.title,
            done=row.done_items,
            total=row.total_items,
            due_on=row.next_due_on or row.due_on,
            days=max(0, (day - row.next_due_on).days) if row.next_due_on else 0,
            late_items=row.late,
            last_done_at=row.last_done_at,
            chased_at=row.at,
            chased=row.times or 0,
            chased_today=row.id in asked_today,
            silent=row.person_id in silent,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    name: str
    title: str
    people: int


def goals(actor: Actor) -> list[Goal]:
    """Return what people still owe: the cycles that run first, then documents, most people first."""
    shown = people(actor)
    occasion = literal("cycle:") + cast(Cycle.id, String)
    cycles = session().execute(
        select(Cycle.public_id, Cycle.name, func.count().label("people"))
        .join(Assignment, Assignment.occasion == occasion)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.state == "open", *shown)
        .group_by(Cycle.id, Cycle.public_id, Cycle.name)
        .order_by(Cycle.id.desc())
    )
    found = [Goal(name=f"cycle:{row.public_id}", title=row.name, people=row.people) for row in cycles]
    documents = session().execute(
        select(Document.kind, Slug.slug, Document.title, func.count().label("people"))
        .join(Assignment, Assignment.document_id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.state == "open", *shown)
        .group_by(Document.id, Document.kind, Slug.slug, Document.title)
        .order_by(func.count().desc(), Document.id)
        .limit(100)
    )
    found += [Goal(name=f"{row.kind}:{row.slug}", title=row.title, people=row.people) for row in documents]
    return found


def owed(actor: Actor, wanted: LateFilter, *, named: bool) -> list[Owed]:
    """Return how things stand with each goal of the filter, most late first; names only where they are asked for."""
    day = today()
    statement = (
        select(
            Assignment.document_id,
            Assignment.occasion,
            Document.title,
            func.count(func.distinct(Assignment.person_id)).label("unfinished"),
            func.count(func.distinct(case((is_late, Assignment.person_id)))).label("late"),
            func.min(case((is_late, Assignment.next_due_on))).label("since"),
        )
        .join(Person, Person.id == Assignment.person_id)
        .join(Document, Document.id == Assignment.document_id)
        .where(*conditions(actor, wanted, Permission.REPORT_READ))
        .group_by(Assignment.document_id, Assignment.occasion, Document.title)
    )
    found = rows(statement, {"day": day}).all()
    names = _names(actor, wanted) if named else {}
    goals = [
        Owed(
            title=row.title,
            late=row.late,
            unfinished=row.unfinished,
            longest=(day - row.since).days if row.since else 0,
            names=names.get((row.document_id, row.occasion), ()),
        )
        for row in found
    ]
    return sorted(goals, key=lambda goal: (-goal.late, -goal.unfinished, goal.title))


def _names(actor: Actor, wanted: LateFilter) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    for document_id, occasion, name in rows(
        select(Assignment.document_id, Assignment.occasion, Person.name)
        .join(Person, Person.id == Assignment.person_id)
        .where(*conditions(actor, wanted, Permission.REPORT_READ))
        .order_by(Assignment.next_due_on, Person.name),
        {"day": today()},
    ):
        known = found.setdefault((document_id, occasion), [])
        if len(known) < NAMED:
            known.append(name or "")
    return found
