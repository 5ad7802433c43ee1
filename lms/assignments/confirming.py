"""Which version of a document somebody may still confirm."""

from sqlalchemy import bindparam, select

from lms.assignments.models import Assignment
from lms.assignments.rules import READ
from lms.core.db import rows
from lms.core.errors import Conflict
from lms.core.texts import text

_WANTED = select(Assignment.revision_id).where(
    Assignment.person_id == bindparam("person_id"),
    Assignment.document_id == bindparam("document_id"),
    Assignment.occasion == READ,
    Assignment.state != "withdrawn",
)


def refuse_older(person_id: int, document_id: int, revision_id: int) -> None:
    """Raise Conflict (`newer_revision`) for a version before the one that the person has to confirm or has confirmed.

    The person's lock is held, so nobody confirms the old one while the new one is being published.
    """
    wanted = rows(_WANTED, {"person_id": person_id, "document_id": document_id}).scalar()
    if wanted is not None and revision_id < wanted:
        raise Conflict(text("这条刚发布了新的一版，请看过新的改动再确认。"), code="newer_revision")
