"""Verbs of reminding: say today's step of what is owed, tell the leads, change the plan.

Everything is decided from what is stored, under the locks of the people concerned, and what was said is stored in the
same transaction: however often it runs, wherever it is stopped, each step is said once.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import CursorResult, delete, select

from lms.assignments.models import Assignment
from lms.content.kinds import kind_of
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import insert_new, session, upsert
from lms.core.retention import kept
from lms.notifications.actions.inbox import key_of, settle_notices, tell_each
from lms.notifications.actions.messages import Message
from lms.notifications.models import Reminder, ReminderPlan
from lms.notifications.queries import reminders as queries
from lms.notifications.queries.plan import plan as present_plan
from lms.notifications.queries.reminders import Duty
from lms.notifications.rules import LEAD, Plan, checked
from lms.notifications.rules.words import escalation, reminder
from lms.records.actions import lock_people

REMINDER, LATE = "reminder", "late"
"""Topics of what people are reminded of, and of what leads are told of others."""


def remind(person_ids: Sequence[int], plan: Plan, day: date) -> int:
    """Remind these people of what they owe, each in one message for the day; return how many were.

    Their rows are locked: who completes something at this moment is either not reminded of it, or completes it after.
    """
    lock_people(person_ids)
    duties = queries.to_remind(person_ids, plan, day)
    if not duties:
        return 0
    key = f"due:{day}"
    tell_each([_reminder(person_id, owed, key, day) for person_id, owed in duties.items()])
    rows = [
        {
            "assignment_id": duty.owed.assignment_id,
            "due_on": duty.owed.due_on,
            "step": duty.step,
            "person_id": person_id,
            "said_on": day,
            "done": duty.owed.done,
            "notice_key": key_of(key, person_id),
        }
        for person_id, owed in duties.items()
        for duty in owed
    ]
    insert_new(Reminder, ("assignment_id", "due_on", "step"), rows)
    return len(duties)


def _reminder(person_id: int, duties: Sequence[Duty], key: str, day: date) -> Message:
    return Message(
        person_id=person_id,
        topic=REMINDER,
        sentence=reminder([(duty.title, duty.owed) for duty in duties], day),
        link=_link(duties[0]) if len(duties) == 1 else ("home.index", {}),
        key=key,
    )


def _link(duty: Duty) -> tuple[str, Mapping[str, object]]:
    endpoint = "kb.change" if duty.is_card else kind_of(duty.kind).open_endpoint
    return (endpoint, {"slug": duty.slug}) if endpoint else ("home.index", {})


def escalate(locked: Sequence[int], person_ids: Sequence[int], plan: Plan, day: date) -> int:
    """Tell the leads of these people who of them is late, each lead in one message; return how many were told.

    locked: the people and their leads, whose rows are taken first.
    """
    lock_people(locked)
    told = queries.to_escalate(person_ids, plan, day)
    if not told or plan.escalate_after is None:
        return 0
    days = plan.escalate_after
    key = f"late:{day}"
    tell_each(
        [
            Message(
                person_id=lead_id,
                topic=LATE,
                sentence=escalation([one.name for one in people], days),
                link=("reports.late", {}),
                key=key,
            )
            for lead_id, people in told.items()
        ]
    )
    rows = [
        {
            "assignment_id": owed.assignment_id,
            "due_on": owed.due_on,
            "step": LEAD,
            "person_id": lead_id,
            "said_on": day,
            "done": owed.done,
            "notice_key": key_of(key, lead_id),
        }
        for lead_id, people in told.items()
        for one in people
        for owed in one.owed
    ]
    insert_new(Reminder, ("assignment_id", "due_on", "step"), rows)
    return len(told)


def settle_reminders(person_id: int | None = None) -> int:
    """Take the reminders as read of which nothing is left to do; person_id: those about what this person owes."""
    ids = queries.settled_notices(person_id)
    settle_notices(ids)
    return len(ids)


def forget_reminders(day: date) -> int:
    """Delete what was said 400 days ago of duties that nobody owes any more; return how many."""
    still_open = select(Assignment.id).where(Assignment.state == "open")
    done = session().execute(
        delete(Reminder)
        .where(Reminder.said_on < day - kept("notices"), Reminder.assignment_id.not_in(still_open))
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount


def change_plan(actor: Actor, plan: Plan) -> Plan:
    """Keep another plan of reminders; return it as kept. Raises Invalid with the reason at each field."""
    kept = checked(plan)
    before = present_plan()
    values = {
        **_as_row(kept),
        "changed_by": actor.id,
        "changed_at": clock.now(),
    }
    upsert(ReminderPlan, {"id": 1}, values, values)
    audit(actor.id, "reminders.changed", "reminder_plan", 1, before=_as_row(before), after=_as_row(kept))
    return kept


def _as_row(plan: Plan) -> dict[str, object]:
    return {
        "before": list(plan.before),
        "on_day": plan.on_day,
        "after": list(plan.after),
        "escalate_after": plan.escalate_after,
        "send_at": plan.send_at,
        "digest_at": plan.hours.digest_at,
        "quiet_from": plan.hours.quiet_from,
        "quiet_until": plan.hours.quiet_until,
    }
