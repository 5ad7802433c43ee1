"""Exemptions that hold until a day end by themselves after it."""

from sqlalchemy import select

from lms.assignments.actions.give import TOGETHER
from lms.assignments.actions.relief import end_exemption
from lms.assignments.models import Assignment, Exemption
from lms.core.db import rows, session, transaction
from lms.core.here import today


def end_exemptions() -> int:
    """Ask again for what people were exempt from until a day that is over; return of how many duties."""
    session().rollback()
    over = list(
        rows(
            select(Exemption.assignment_id)
            .join(Assignment, Assignment.id == Exemption.assignment_id)
            .where(Exemption.ended_at.is_(None), Exemption.until_on < today(), Assignment.state == "exempt")
            .order_by(Exemption.assignment_id)
        ).scalars()
    )
    done = 0
    for start in range(0, len(over), TOGETHER):
        with transaction():
            done += end_exemption(None, over[start : start + TOGETHER])
    return done
