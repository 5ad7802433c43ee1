"""What the worker sees to: reminding people of what they owe, and leads of who is late."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lms.core import clock
from lms.core.db import session, transaction
from lms.core.here import local, today
from lms.notifications.actions import reminders as actions
from lms.notifications.queries import reminders as queries
from lms.notifications.queries.plan import plan as present_plan
from lms.notifications.queries.reminders import LateOne
from lms.notifications.rules import Plan

AT_ONCE = 250
"""People who are reminded in one transaction."""

LEADS_AT_ONCE = 20


def remind() -> int:
    """Say today's steps of the plan, tell the leads who is late; return how many people were told.

    Meant to run often: before the hour of the plan and in quiet hours it does nothing, after it only what is new.
    Each transaction is whole by itself, so that it may be stopped anywhere and go on later.
    """
    with transaction():
        settled = actions.settle_reminders()
    plan, here = present_plan(), local(clock.now())
    session().rollback()
    if not plan.speaks_at(here.hour * 60 + here.minute):
        return settled
    day = today()
    near = queries.people_near(plan, day)
    session().rollback()
    told = 0
    for some in _portions(near, AT_ONCE):
        with transaction():
            told += actions.remind(some, plan, day)
    return settled + told + _escalate(plan, day)


def _escalate(plan: Plan, day: date) -> int:
    told = 0
    waiting = late_by_lead(plan, day)
    session().rollback()
    for leads in _portions(sorted(waiting), LEADS_AT_ONCE):
        about = [one.person_id for lead in leads for one in waiting[lead]]
        with transaction():
            told += actions.escalate(sorted({*leads, *about}), about, plan, day)
    return told


def late_by_lead(plan: Plan, day: date) -> dict[int, list[LateOne]]:
    """Return of whom each lead is to be told on a day."""
    found: dict[int, list[LateOne]] = defaultdict(list)
    for some in _portions(queries.people_late(plan, day), AT_ONCE):
        for lead, people in queries.to_escalate(some, plan, day).items():
            found[lead] += people
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How many people and leads a plan would tell on a day, beside those whom it has told."""

    people: int
    leads: int


def forecast(plan: Plan, day: date) -> Forecast:
    """Return whom a plan tells on a day, by the way in which the job finds them."""
    near = queries.people_near(plan, day)
    people = sum(len(queries.to_remind(some, plan, day)) for some in _portions(near, AT_ONCE))
    return Forecast(people=people, leads=len(late_by_lead(plan, day)))


def forget_reminders() -> int:
    """Delete what was said 400 days ago of duties that are settled; return how many."""
    with transaction():
        return actions.forget_reminders(today())


def _portions(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
