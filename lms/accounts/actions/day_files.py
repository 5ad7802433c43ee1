"""Files of leave and of the company's own days: what they would do, and doing exactly that."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from lms.accounts import queries
from lms.accounts.actions import calendar
from lms.accounts.actions.staff import check
from lms.accounts.events import RosterChanged
from lms.accounts.models import CompanyDay, Leave, Person
from lms.accounts.rules import leave as rules
from lms.accounts.rules.calendar import Freeze
from lms.accounts.rules.leave import DaysPlan, LeavePlan
from lms.core import sheets
from lms.core.access import Actor, Permission
from lms.core.bus import emit
from lms.core.db import session
from lms.core.sheets import Row


def plan_leave(actor: Actor, data: bytes) -> LeavePlan:
    """Return what a file of leave would do. Raises Unreadable, TooLarge."""
    return plan_leave_rows(actor, sheets.read(data, rules.LEAVE_COLUMNS).rows)


def plan_leave_rows(actor: Actor, rows: Sequence[Row]) -> LeavePlan:
    """Return what rows of leave would do, with the keys of LEAVE_COLUMNS."""
    mine = {
        row.login_name: row.id
        for row in session().execute(
            select(Person.login_name, Person.id).where(
                queries.visible(actor, Permission.ROSTER_EDIT), Person.active, Person.login_name.is_not(None)
            )
        )
    }
    held: dict[int, list[tuple[Freeze, str]]] = defaultdict(list)
    for row in session().execute(
        select(Leave.person_id, Leave.from_on, Leave.until_on, Leave.kind).where(Leave.person_id.in_(mine.values()))
    ):
        held[row.person_id].append((Freeze(from_on=row.from_on, until_on=row.until_on, away=True), row.kind))
    return rules.plan_leave(rows, mine, held)


def apply_leave(actor: Actor, data: bytes, shown: str = "", *, partly: bool = False) -> LeavePlan:
    """Note the leave that the file says. partly: leave out what is refused; else all of it or none.

    Raises Invalid, Conflict like every import.
    """
    plan = plan_leave(actor, data)
    check(plan, shown, partly=partly)
    note_all(actor, plan)
    return plan


def note_all(actor: Actor, plan: LeavePlan) -> None:
    """Note every leave of a plan and tell of all the people at once."""
    for row in plan.changed:
        calendar.note_leave(actor, row.person_id, from_on=row.from_on, until_on=row.until_on, kind=row.kind, tell=False)
    if plan.changed:
        emit(RosterChanged(person_ids=tuple(sorted({row.person_id for row in plan.changed}))))


def plan_days(data: bytes) -> DaysPlan:
    """Return what a file of company days would do. Raises Unreadable, TooLarge."""
    sheet = sheets.read(data, rules.DAY_COLUMNS)
    held = {
        row.day: (row.working, row.name)
        for row in session().execute(select(CompanyDay.day, CompanyDay.working, CompanyDay.name))
    }
    return rules.plan_days(sheet.rows, held)


def apply_days(actor: Actor, data: bytes, shown: str = "", *, partly: bool = False) -> DaysPlan:
    plan = plan_days(data)
    check(plan, shown, partly=partly)
    calendar.set_company_days(
        actor, {row.day: (row.working, row.name) if row.working is not None else None for row in plan.changed}
    )
    return plan
