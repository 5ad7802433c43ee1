"""Keeping duties in step with documents."""

from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.assignments import layout
from lms.assignments.actions.give import lay_anew
from lms.assignments.actions.settle import settle
from lms.assignments.models import Assignment, AssignmentItem
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
        person_id = assignment.person_id
        lay_anew(assignment, plans[assignment.document_id], works[person_id], freezes[person_id])
        settle(None, assignment, source="publish")
