"""The matrix of people and items: its columns, its blocks, and each item over everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document, Slug
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.here import today
from lms.reports.queries.people import PER_STATEMENT
from lms.reports.queries.who import KEPT, Filter, Meant, conditions, late_items, meant
from lms.reports.rules import BY_COURSE, BY_DAY, Block, Column

_LAYOUTS = (
    select(func.max(Assignment.id))
    .where(Assignment.document_id == bindparam("document_id"), Assignment.state.not_in(("withdrawn", "optional")))
    .group_by(Assignment.revision_id, Assignment.total_items)
)
"""The latest assignment of each way in which a goal was laid out: what thousands owe of one revision is the same."""


def _key(by: str) -> Any:
    if by == BY_DAY:
        return AssignmentItem.day
    if by == BY_COURSE:
        return func.coalesce(AssignmentItem.container_id, AssignmentItem.document_id)
    return AssignmentItem.document_id


def _countable(one_day: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [AssignmentItem.required.is_(True), AssignmentItem.purpose == "complete"]
    if one_day:
        found.append(AssignmentItem.day == bindparam("number"))
    return found


@lru_cache(maxsize=KEPT)
def _columns(by: str, one_day: bool) -> Select[*tuple[Any, ...]]:
    leaf, course = aliased(Document), aliased(Document)
    group = _key(by)
    return (
        select(
            group.label("key"),
            func.max(func.coalesce(course.title, leaf.title) if by == BY_COURSE else leaf.title).label("title"),
        )
        .join(leaf, leaf.id == AssignmentItem.document_id)
        .outerjoin(course, course.id == AssignmentItem.container_id)
        .where(AssignmentItem.assignment_id.in_(_LAYOUTS), *_countable(one_day))
        .group_by(group)
        .order_by(func.min(AssignmentItem.position))
    )


def columns(wanted: Filter, by: str, day: int | None) -> list[Column]:
    """Return the columns of the matrix, in the order in which the things are owed. day: only that day's items."""
    found = rows(_columns(by, day is not None), {"document_id": wanted.document_id, "number": day})
    return [Column(key=str(key), title="" if by == BY_DAY else title, short=title[:6]) for key, title in found]


@lru_cache(maxsize=KEPT)
def _cells(by: str, one_day: bool) -> Select[*tuple[Any, ...]]:
    group = _key(by)
    open_item = and_(AssignmentItem.done_at.is_(None), ~AssignmentItem.exempt)
    ids: Any = bindparam("ids", expanding=True)
    return (
        select(
            AssignmentItem.assignment_id,
            group,
            func.count(),
            func.sum(case((open_item, 0), else_=1)),
            func.sum(case((AssignmentItem.exempt, 1), else_=0)),
            func.sum(case((late_items, 1), else_=0)),
            func.sum(case((and_(open_item, AssignmentItem.opened_at.is_not(None)), 1), else_=0)),
            func.min(AssignmentItem.due_on),
            func.max(AssignmentItem.due_on),
        )
        .where(AssignmentItem.assignment_id.in_(ids), *_countable(one_day))
        .group_by(AssignmentItem.assignment_id, group)
    )


def cells(assignment_ids: Sequence[int], by: str, day: int | None) -> dict[tuple[int, str], Block]:
    """Return the blocks of these people, by (assignment, column key), in one statement per thousand people."""
    statement = _cells(by, day is not None)
    found = {}
    for start in range(0, len(assignment_ids), PER_STATEMENT):
        keys = {"ids": assignment_ids[start : start + PER_STATEMENT], "day": today(), "number": day}
        for id, key, total, settled, exempt, late, begun, first, last in rows(statement, keys).all():
            found[id, str(key)] = Block(
                total=total,
                settled=settled,
                exempt=exempt,
                late=late,
                begun=begun,
                due_on=last if first == last else None,
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many items and days the goal has, for choosing the columns."""

    items: int
    days: int


_SHAPE = select(
    func.count(func.distinct(AssignmentItem.document_id)).label("items"),
    func.count(func.distinct(AssignmentItem.day)).label("days"),
).where(AssignmentItem.assignment_id.in_(_LAYOUTS), *_countable(False))


def shape(document_id: int) -> Shape:
    row = rows(_SHAPE, {"document_id": document_id}).one()
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


@lru_cache(maxsize=KEPT)
def _by_item(wanted: Meant) -> Select[*tuple[Any, ...]]:
    settled = AssignmentItem.done_at.is_not(None) | AssignmentItem.exempt
    return (
        select(
            Document.title,
            Document.kind,
            Slug.slug,
            func.min(AssignmentItem.day).label("day"),
            func.count().label("people"),
            func.sum(case((settled, 1), else_=0)).label("done"),
            func.sum(case((late_items, 1), else_=0)).label("late"),
        )
        .join(AssignmentItem, AssignmentItem.document_id == Document.id)
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(*conditions(wanted), *_countable(False))
        .group_by(Document.id, Document.title, Document.kind, Slug.slug)
        .order_by(func.min(AssignmentItem.position))
    )


def by_item(actor: Actor, wanted: Filter) -> list[ItemLine]:
    """Return every required item of the goal in its order, over the people of the filter."""
    shape_of, keys = meant(actor, wanted)
    return [
        ItemLine(title=title, kind=kind, slug=slug, day=day, people=people, done=done, late=late)
        for title, kind, slug, day, people, done, late in rows(_by_item(shape_of), keys)
    ]
