"""Who has confirmed what they are to confirm: must-reads and changes, by article and by person, within one's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.assignments.models import Assignment, AssignmentReason, Rule
from lms.assignments.rules import READ
from lms.content import queries as content
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.here import today


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far an article is confirmed among the people whom one sees. is_must_read: else only who knew the old one.

    people: who is to confirm it; overdue: of those who have not; due_on: the earliest open day; number: of the version.
    """

    document_id: int
    slug: str
    title: str
    is_must_read: bool
    number: int
    published_at: datetime
    people: int
    confirmed: int
    overdue: int
    due_on: date | None

    @property
    def open(self) -> int:
        return self.people - self.confirmed

    @property
    def percent(self) -> int:
        """Whole percent, rounded down, so that 100 means all."""
        return 100 * self.confirmed // self.people if self.people else 100


def _counts(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions on Assignment and Person of what is to be confirmed, for the people whom the actor sees."""
    live = exists().where(AssignmentReason.assignment_id == Assignment.id, AssignmentReason.until.is_(None))
    return [
        Assignment.occasion == READ,
        Assignment.state.in_(("open", "done")),
        live,
        Person.active.is_(True),
        visible(actor, Permission.REPORT_READ),
    ]


def coverage(actor: Actor, *, document_id: int | None = None) -> list[Coverage]:
    """Return every article that somebody is to confirm, those with people past their day first, then by who is left.

    Counts are of the active people whose reports the actor reads; articles that the actor may not read are left out.
    """
    done = case((Assignment.state == "done", 1), else_=0)
    late = case((and_(Assignment.state == "open", Assignment.next_due_on < today()), 1), else_=0)
    counted = (
        select(
            Assignment.document_id,
            func.count().label("people"),
            func.sum(done).label("confirmed"),
            func.sum(late).label("overdue"),
            func.min(case((Assignment.state == "open", Assignment.next_due_on))).label("due_on"),
        )
        .join(Person, Person.id == Assignment.person_id)
        .where(*_counts(actor))
        .group_by(Assignment.document_id)
    )
    if document_id is not None:
        counted = counted.where(Assignment.document_id == document_id)
    each = counted.subquery()
    rule = exists().where(Rule.document_id == Document.id, Rule.occasion == READ, Rule.active)
    rows = session().execute(
        select(
            Document.id,
            Slug.slug,
            Document.title,
            rule.label("is_must_read"),
            Revision.number,
            Document.published_at,
            each.c.people,
            each.c.confirmed,
            each.c.overdue,
            each.c.due_on,
        )
        .join(each, each.c.document_id == Document.id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .join(Revision, Revision.id == Document.published_id)
        .where(Document.state == "published", content.readable(actor))
    )
    found = [
        Coverage(
            document_id=row.id,
            slug=row.slug,
            title=row.title,
            is_must_read=bool(row.is_must_read),
            number=row.number,
            published_at=row.published_at,
            people=row.people,
            confirmed=int(row.confirmed),
            overdue=int(row.overdue),
            due_on=row.due_on,
        )
        for row in rows
    ]
    return sorted(found, key=lambda line: (-line.overdue, -line.open, line.due_on or date.max, line.title))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One person who is to confirm an article. state: done | overdue | open."""

    employee_no: str
    name: str
    team: str
    state: str
    due_on: date | None
    done_at: datetime | None


def readers(actor: Actor, document_ids: Sequence[int]) -> dict[int, list[Reader]]:
    """Return who is to confirm each of these articles, of the people whom the actor sees; late ones first."""
    if not document_ids:
        return {}
    rows = session().execute(
        select(
            Assignment.document_id,
            Person.employee_no,
            Person.name,
            Team.name.label("team"),
            Assignment.state,
            Assignment.next_due_on,
            Assignment.done_at,
        )
        .join(Person, Person.id == Assignment.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(*_counts(actor), Assignment.document_id.in_(document_ids))
        .order_by(Person.employee_no)
    )
    found: dict[int, list[Reader]] = {}
    for row in rows:
        found.setdefault(row.document_id, []).append(_reader(row))
    order = ("overdue", "open", "done")
    for people in found.values():
        people.sort(key=lambda each: order.index(each.state))
    return found


def _reader(row: Any) -> Reader:
    late = row.state == "open" and row.next_due_on is not None and row.next_due_on < today()
    return Reader(
        employee_no=row.employee_no or "",
        name=row.name or "",
        team=row.team or "",
        state="overdue" if late else row.state,
        due_on=row.next_due_on if row.state == "open" else None,
        done_at=row.done_at if row.state == "done" else None,
    )
