"""Keeping duties in step with documents."""

from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.assignments import layout, rules
from lms.assignments.actions.settle import items_of, settle, with_past, write_items
from lms.assignments.models import Assignment, AssignmentItem
from lms.content.models import Document
from lms.core.db import session
from lms.records.actions import lock_people


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
    works, freezes = accounts.works_of(people), accounts.freezes_of(people)
    plans = {goal: layout.lay_out(goal) for goal in {assignment.document_id for assignment in affected}}
    for assignment in affected:
        planned = plans[assignment.document_id]
        person_id = assignment.person_id
        days = layout.due_days(planned, assignment.starts_on, works[person_id], freezes[person_id])
        fresh = layout.dated(planned, days, assignment.id)
        carried = rules.carry_over(fresh, items_of(assignment.id))
        done = with_past(person_id, carried, assignment.counts_from)
        write_items(assignment, [new if old.done_at is None else old for old, new in zip(carried, done, strict=True)])
        assignment.revision_id = session().scalar(
            select(Document.published_id).where(Document.id == assignment.document_id)
        )
        settle(None, assignment, source="publish")
