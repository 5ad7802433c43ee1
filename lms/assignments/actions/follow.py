"""Keeping duties in step with rosters, intakes and documents."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.accounts.models import CohortMember
from lms.assignments import layout, rules
from lms.assignments.actions.give import starts
from lms.assignments.actions.settle import items_of, settle, with_past, write_items
from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document
from lms.core.db import session
from lms.records.actions import lock_people


def reschedule(person_ids: Sequence[int]) -> None:
    """Compute the due days of open items anew, after a change of roster or intake. At most 100 people."""
    lock_people(person_ids)
    works = accounts.works_of(list(person_ids))
    first_days = starts(person_ids)
    for assignment in (
        session()
        .scalars(select(Assignment).where(Assignment.person_id.in_(person_ids), Assignment.state == "open"))
        .all()
    ):
        if session().get_one(Document, assignment.document_id).kind == "curriculum":
            assignment.starts_on = _earlier_start(assignment, first_days[assignment.person_id])
        items = items_of(assignment.id)
        days = layout.due_days(items, assignment.starts_on, works[assignment.person_id])
        write_items(
            assignment,
            [
                item if item.settled or item.day is None else rules.with_due(item, day)
                for item, day in zip(items, days, strict=True)
            ],
        )
        settle(None, assignment, source="roster")


def _earlier_start(assignment: Assignment, start: date) -> date:
    """Return the new start: that of the intake; today's fallback never moves a training that has begun."""
    in_cohort = session().scalar(
        select(CohortMember.cohort_id).where(
            CohortMember.person_id == assignment.person_id, CohortMember.left_on.is_(None)
        )
    )
    return start if in_cohort else assignment.starts_on


def lay_out_anew(actor_id: int | None, document_id: int) -> None:
    """After a course or curriculum was published: lay out every open assignment that rests on it.

    What was done stays done. An item that fell away can complete an open curriculum (source `publish`).
    """
    resting = select(AssignmentItem.assignment_id).where(AssignmentItem.container_id == document_id)
    affected = (
        session()
        .scalars(
            select(Assignment)
            .where((Assignment.document_id == document_id) | Assignment.id.in_(resting), Assignment.state == "open")
            .order_by(Assignment.person_id)
        )
        .all()
    )
    if not affected:
        return
    people = sorted({assignment.person_id for assignment in affected})
    lock_people(people)
    works = accounts.works_of(people)
    plans = {goal: layout.lay_out(goal) for goal in {assignment.document_id for assignment in affected}}
    for assignment in affected:
        planned = plans[assignment.document_id]
        days = layout.due_days(planned, assignment.starts_on, works[assignment.person_id])
        fresh = layout.dated(planned, days, assignment.id)
        carried = rules.carry_over(fresh, items_of(assignment.id))
        done = with_past(assignment.person_id, carried, assignment.counts_from)
        write_items(assignment, [new if old.done_at is None else old for old, new in zip(carried, done, strict=True)])
        assignment.revision_id = session().scalar(
            select(Document.published_id).where(Document.id == assignment.document_id)
        )
        settle(None, assignment, source="publish")
