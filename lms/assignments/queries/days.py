"""Reading what a change of days would move."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select

from lms.accounts.events import Moved
from lms.assignments.models import Assignment, AssignmentItem
from lms.core.db import session


def would_move(person_ids: Sequence[int], from_on: date, until_on: date) -> Moved:
    """Return how many open items of these people fall due between two days (included) with no later day granted."""
    if not person_ids:
        return Moved(items=0, people=0)
    items, people = (
        session()
        .execute(
            select(func.count(), func.count(func.distinct(Assignment.person_id)))
            .select_from(AssignmentItem)
            .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
            .where(
                Assignment.person_id.in_(person_ids),
                Assignment.state == "open",
                AssignmentItem.done_at.is_(None),
                ~AssignmentItem.exempt,
                AssignmentItem.due_on.between(from_on, until_on),
                or_(AssignmentItem.extended_to.is_(None), AssignmentItem.extended_to <= until_on),
            )
        )
        .one()
    )
    return Moved(items=items, people=people)
