"""Reading when people are reminded."""

from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.db import rows
from lms.notifications.models import ReminderPlan
from lms.notifications.rules import DEFAULT, Hours, Plan

_PLAN = select(ReminderPlan.__table__).where(ReminderPlan.id == 1)
_CHANGED = (
    select(ReminderPlan.changed_at, Person.name)
    .outerjoin(Person, Person.id == ReminderPlan.changed_by)
    .where(ReminderPlan.id == 1)
)


def plan() -> Plan:
    """Return the plan of this installation; the one that is shipped until somebody changes it."""
    row = rows(_PLAN).first()
    if row is None:
        return DEFAULT
    return Plan(
        before=tuple(row.before),
        on_day=row.on_day,
        after=tuple(row.after),
        escalate_after=row.escalate_after,
        send_at=row.send_at,
        hours=Hours(quiet_from=row.quiet_from, quiet_until=row.quiet_until, digest_at=row.digest_at),
    )


def plan_changed() -> tuple[datetime, str] | None:
    """Return when and by whom the plan was changed last; None while it is the shipped one."""
    row = rows(_CHANGED).first()
    return (row.changed_at, row.name or "") if row else None
