"""Reading who was the supervisor of an appraisal before whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.db import rows
from lms.core.models import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """That an appraisal got another supervisor. followed: because the person moved; else somebody stepped in."""

    at: datetime
    before: str
    after: str
    followed: bool


def handovers(appraisal_id: int) -> list[Handover]:
    """Return who handed an appraisal over to whom, in order, out of the audit; its actor was found to see it."""
    verbs = ("appraisal.taken_over", "appraisal.followed")
    statement = (
        select(AuditEntry.at, AuditEntry.actor_id, AuditEntry.verb, AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.object_kind == "appraisal", AuditEntry.object_id == str(appraisal_id))
        .where(AuditEntry.verb.in_(verbs))
        .order_by(AuditEntry.id)
    )
    found = [
        (each, each.before.get("supervisor"), each.after.get("supervisor", each.actor_id)) for each in rows(statement)
    ]
    ids = {who for _, before, after in found for who in (before, after) if who}
    named = rows(select(Person.id, Person.name).where(Person.id.in_(ids))) if ids else ()
    names = {each.id: each.name or "" for each in named}
    return [
        Handover(
            at=each.at,
            before=names.get(before or 0, ""),
            after=names.get(after or 0, ""),
            followed=each.verb == "appraisal.followed",
        )
        for each, before, after in found
    ]
