"""Which people of a goal a report is about, as statements that are kept.

Building a statement costs more than running it on a page of people, so each shape of one is built once: what differs
from request to request comes as values. `Meant` says which conditions a shape has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from lms.accounts.models import CohortMember, Person
from lms.accounts.queries import teams_below, visible_keys, visible_within
from lms.assignments.models import Assignment, AssignmentItem
from lms.assignments.rules import READ
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.here import today
from lms.core.quarters import quarter_days

Keys: TypeAlias = Mapping[str, Any]
KEPT = 256
"""Shapes of one statement held in memory by one process."""

DAY: Any = bindparam("day")
STATUSES = ("overdue", "part", "open", "done")

is_late = and_(Assignment.state == "open", Assignment.next_due_on < DAY)
"""Something required of an open assignment is past its day."""

in_time = and_(Assignment.state == "open", or_(Assignment.next_due_on.is_(None), Assignment.next_due_on >= DAY))

late_items = and_(
    AssignmentItem.done_at.is_(None),
    AssignmentItem.due_on < DAY,
    or_(AssignmentItem.extended_to.is_(None), AssignmentItem.extended_to < DAY),
    AssignmentItem.required,
    ~AssignmentItem.exempt,
)
"""Open required items past their day; written so that the index of open items by their day is of use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which people of a goal are meant. team: and all below it. status: one of STATUSES, "" = all."""

    document_id: int
    team_id: int | None = None
    cohort_id: int | None = None
    quarter: str = ""
    status: str = ""
    q: str = ""
    left_too: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The shape of the conditions, without their values. held: scopes in which the actor reads reports."""

    held: frozenset[Scope]
    by_team: bool
    by_cohort: bool
    by_quarter: bool
    by_words: bool
    status: str
    left_too: bool


def held_by(actor: Actor) -> frozenset[Scope]:
    return scopes(actor, Permission.REPORT_READ)


def keys_of(actor: Actor) -> dict[str, Any]:
    """Return the values of a statement that depends on the actor and the day only."""
    return {**visible_keys(actor), "day": today()}


def meant(actor: Actor, wanted: Filter) -> tuple[Meant, dict[str, Any]]:
    """Return the shape of the conditions and their values. Raises Invalid for what is no quarter."""
    first, after = quarter_days(wanted.quarter) if wanted.quarter else (None, None)
    shape = Meant(
        held=held_by(actor),
        by_team=wanted.team_id is not None,
        by_cohort=wanted.cohort_id is not None,
        by_quarter=bool(wanted.quarter),
        by_words=bool(wanted.q),
        status=wanted.status if wanted.status in STATUSES else "",
        left_too=wanted.left_too,
    )
    return shape, {
        **keys_of(actor),
        "document_id": wanted.document_id,
        "teams": list(teams_below([wanted.team_id])) if wanted.team_id is not None else [],
        "cohort_id": wanted.cohort_id,
        "first": first,
        "after": after,
        "words": f"%{wanted.q}%",
    }


def conditions(shape: Meant) -> list[ColumnElement[bool]]:
    """Return the conditions on Assignment and Person, whose values `meant` gave."""
    found: list[ColumnElement[bool]] = [
        Assignment.document_id == bindparam("document_id"),
        Assignment.state.not_in(("withdrawn", "optional")),
        Assignment.occasion != READ,  # articles to confirm have a page of their own
        visible_within(shape.held),
    ]
    if not shape.left_too:
        found.append(Person.active.is_(True))
    if shape.by_team:
        found.append(Person.team_id.in_(bindparam("teams", expanding=True)))
    if shape.by_cohort:
        members = select(CohortMember.person_id).where(CohortMember.cohort_id == bindparam("cohort_id"))
        found.append(Person.id.in_(members))
    if shape.by_quarter:
        judged = func.coalesce(Assignment.due_on, Assignment.starts_on)
        found.append(and_(judged >= bindparam("first"), judged < bindparam("after")))
    if shape.by_words:
        words: Any = bindparam("words")
        found.append(or_(Person.name.ilike(words), Person.employee_no.ilike(words)))
    match shape.status:
        case "overdue":
            found.append(is_late)
        case "part":
            found += [in_time, Assignment.done_items > 0]
        case "open":
            found += [in_time, Assignment.done_items == 0]
        case "done":
            found.append(Assignment.state.in_(["done", "exempt"]))
    return found
