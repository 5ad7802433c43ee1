"""Giving up what one chose oneself: only the own reason ends, and only while nothing is begun."""

from sqlalchemy import exists, select

from lms.assignments.actions.chase import settle_chases
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict, NotFound
from lms.core.texts import text
from lms.records.actions import lock_people

CHOSEN = "self"
"""Kind of the reason of a duty that somebody took on by themselves."""


def give_up(actor: Actor, document_id: int) -> bool:
    """End the actor's own choice of a document; return whether nobody else asks it of them, so that it is owed no more.

    Raises NotFound where they did not choose it, Conflict once anything of it is begun.
    """
    lock_people([actor.id])
    assignment = (
        session()
        .scalars(
            select(Assignment).where(
                Assignment.person_id == actor.id,
                Assignment.document_id == document_id,
                Assignment.occasion == "once",
            )
        )
        .one_or_none()
    )
    live = [AssignmentReason.assignment_id == (assignment.id if assignment else None), AssignmentReason.until.is_(None)]
    own = session().scalars(select(AssignmentReason).where(*live, AssignmentReason.kind == CHOSEN)).first()
    if assignment is None or own is None:
        raise NotFound()
    begun = exists().where(
        AssignmentItem.assignment_id == assignment.id,
        AssignmentItem.done_at.is_not(None) | AssignmentItem.opened_at.is_not(None),
    )
    if assignment.state != "open" or session().scalar(select(begun)):
        raise Conflict(text("已经开始学了，不能再退出。"), code="begun")
    own.until = clock.now()
    session().flush()
    if session().scalar(select(AssignmentReason.id).where(*live).limit(1)) is not None:
        return False
    assignment.state = "withdrawn"
    settle_chases([assignment.id])
    session().flush()
    return True
