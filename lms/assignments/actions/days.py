"""Counting due days anew when what people work on changes: rosters, leave, freeze windows, intakes.

What was asked for stays as it was asked (a reason's own day, the nth working day of an item or of a rule); the days
that follow from it are written again, of open items only. Nothing is completed here.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from lms.accounts import queries as accounts
from lms.assignments import layout
from lms.assignments.due import settled_day
from lms.assignments.due_plans import DuePlan, due_day
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason, Rule
from lms.assignments.queries.facts import KINDS, MANY
from lms.assignments.rules import READ
from lms.content.models import Document
from lms.core.calendar import Works
from lms.core.db import rows, session
from lms.core.here import day_of
from lms.records.actions import lock_people


def reschedule(person_ids: Sequence[int]) -> int:
    """Count the due days of the open items of these people (at most 100) anew; return how many duties changed.

    As many statements for a hundred people as for one.
    """
    if not person_ids:
        return 0
    ids = sorted(set(person_ids))
    lock_people(ids)
    open_ones = session().execute(
        select(
            Assignment.id,
            Assignment.person_id,
            Assignment.starts_on,
            Assignment.due_on,
            Assignment.next_due_on,
            Document.kind,
        )
        .join(Document, Document.id == Assignment.document_id)
        .where(Assignment.person_id.in_(ids), Assignment.state == "open")
        .order_by(Assignment.id)
    )
    held = open_ones.all()
    plans = {
        f"rule:{row.id}": row.due_plan for row in rows(select(Rule.id, Rule.due_plan).where(Rule.occasion != READ))
    }
    ruled = asked_by(ids, plans)
    if not held and not ruled:
        return 0
    rosters, freezes, starts = accounts.rosters_of(ids), accounts.freezes_of(ids), accounts.latest_intakes(ids)
    ask_anew(ruled, rosters, starts)
    items, asked = _items([row.id for row in held]), _asked([row.id for row in held])
    changed: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for row in held:
        works, holding = rosters[row.person_id], freezes[row.person_id]
        start = _start(row, starts)
        wanted = asked.get(row.id)
        counts = settled_day(wanted, works, holding) if wanted is not None else None
        mine = items.get(row.id, ())
        days = layout.days_of({item.day for item in mine if item.day is not None}, start, works, holding)
        last: list[date] = []
        soonest: list[date] = []
        for item in mine:
            due = item.due_on
            if item.done_at is None and item.day is None:
                due = counts
            elif item.done_at is None and not item.exempt:
                due = days[item.day]
            if due != item.due_on:
                moved.append({"assignment_id": row.id, "position": item.position, "due_on": due})
            if item.required and due is not None:
                last.append(due)
                if _is_left(item):
                    soonest.append(max(due, item.extended_to or due))
        due = counts or max(last, default=None)
        extended = [item.extended_to for item in mine if item.required and _is_left(item) and item.extended_to]
        values = {
            "starts_on": start,
            "due_on": max([due, *extended]) if due else None,
            "next_due_on": min(soonest, default=None),
        }
        if values != {"starts_on": row.starts_on, "due_on": row.due_on, "next_due_on": row.next_due_on}:
            changed.append({"id": row.id, **values})
    if moved:
        session().execute(update(AssignmentItem), moved)
    if changed:
        session().execute(update(Assignment), changed)
    if moved or changed:
        session().expire_all()
    return len({each["assignment_id"] for each in moved} | {each["id"] for each in changed})


def asked_by(person_ids: Collection[int], plans: Mapping[str, Mapping[str, Any]]) -> list[tuple[DuePlan, Any]]:
    """Return the living reasons by which these rules ask something of these people, each with its plan.

    plans: what each rule says of the day, as it is kept, by its ref. What is done is past asking; duties that rest are
    among them: when they are asked for again, they are by the days as they are then.
    """
    if not plans:
        return []
    statement = (
        select(
            AssignmentReason.id,
            AssignmentReason.assignment_id,
            AssignmentReason.ref,
            AssignmentReason.due_on,
            AssignmentReason.since,
            Assignment.person_id,
            Assignment.starts_on,
            Document.kind,
        )
        .join(Assignment, Assignment.id == AssignmentReason.assignment_id)
        .join(Document, Document.id == Assignment.document_id)
        .where(
            Assignment.person_id.in_(person_ids),
            Assignment.state != "done",
            AssignmentReason.kind.in_(KINDS),
            AssignmentReason.until.is_(None),
        )
    )
    if len(plans) <= MANY:
        statement = statement.where(AssignmentReason.ref.in_(plans))
    known = {ref: DuePlan.from_json(stored) for ref, stored in plans.items()}
    return [(known[row.ref], row) for row in rows(statement) if row.ref in known]


def ask_anew(
    reasons: Sequence[tuple[DuePlan, Any]], works: Mapping[int, Works], starts: Mapping[int, date]
) -> list[int]:
    """Write the days that these reasons ask for by the calendars as they are now; return whose duties have another.

    starts: of the latest intake of each person. The duties are returned by id, once for each reason.
    """
    changed: list[dict[str, Any]] = []
    duties: list[int] = []
    for plan, row in reasons:
        wanted = due_day(plan, _start(row, starts), day_of(row.since), works[row.person_id])
        if wanted != row.due_on:
            changed.append({"id": row.id, "due_on": wanted})
            duties.append(row.assignment_id)
    if changed:
        session().execute(update(AssignmentReason), changed)
    return duties


def _start(row: Any, starts: Mapping[int, date]) -> date:
    """Return the first day of a duty: a curriculum counts from the person's intake."""
    found: date = starts.get(row.person_id, row.starts_on) if row.kind == "curriculum" else row.starts_on
    return found


def _is_left(item: Any) -> bool:
    return item.done_at is None and not item.exempt


def _items(assignment_ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows(
        select(
            AssignmentItem.assignment_id,
            AssignmentItem.position,
            AssignmentItem.required,
            AssignmentItem.day,
            AssignmentItem.due_on,
            AssignmentItem.extended_to,
            AssignmentItem.done_at,
            AssignmentItem.exempt,
        ).where(AssignmentItem.assignment_id.in_(assignment_ids))
    ):
        found[row.assignment_id].append(row)
    return found


def _asked(assignment_ids: Sequence[int]) -> dict[int, date]:
    """Return the earliest day that a live reason asks for, of each duty that has one."""
    found = session().execute(
        select(AssignmentReason.assignment_id, func.min(AssignmentReason.due_on))
        .where(
            AssignmentReason.assignment_id.in_(assignment_ids),
            AssignmentReason.until.is_(None),
            AssignmentReason.due_on.is_not(None),
        )
        .group_by(AssignmentReason.assignment_id)
    )
    return {assignment_id: due_on for assignment_id, due_on in found if due_on is not None}


def counted_day(person_id: int, day: date) -> date:
    """Return the day that a person is asked for, as it counts: one statement where nothing holds it."""
    if not accounts.is_held(person_id, day):
        return day
    return settled_day(day, accounts.roster_of(person_id), accounts.freezes_of([person_id])[person_id])
