"""Reading the pages of days: who is on leave, which windows stand, what a month is like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from lms.accounts.models import CompanyDay, FreezeWindow, Leave, Person, Shift, Team
from lms.accounts.queries.actors import team_tree, visible
from lms.accounts.queries.calendar import freezes_of
from lms.accounts.queries.roster import roster_of
from lms.accounts.rules.calendar import SpecialDay, covering, public_day
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import session
from lms.core.here import today

SHOWN_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRow:
    """A leave that somebody who makes rosters may see. kind: "" for who may not know it."""

    id: int
    employee_no: str
    name: str
    team_name: str
    from_on: date
    until_on: date
    kind: str


def leaves(actor: Actor) -> list[LeaveRow]:
    """Return the leave that runs, comes, or ended in the last 30 days, of those whose roster the actor makes."""
    may_know = Scope.ALL in scopes(actor, Permission.PERSON_PRIVATE)
    found = session().execute(
        select(
            Leave.id,
            Leave.from_on,
            Leave.until_on,
            Leave.kind,
            Person.employee_no,
            Person.name,
            Team.name.label("team_name"),
        )
        .join(Person, Person.id == Leave.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(visible(actor, Permission.ROSTER_EDIT), Leave.until_on >= today() - SHOWN_BACK)
        .order_by(Leave.from_on, Person.employee_no)
    )
    return [
        LeaveRow(
            id=row.id,
            employee_no=row.employee_no or "",
            name=row.name or "",
            team_name=row.team_name or "",
            from_on=row.from_on,
            until_on=row.until_on,
            kind=row.kind if may_know else "",
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeRow:
    id: int
    name: str
    team_name: str
    from_on: date
    until_on: date


def freezes() -> list[FreezeRow]:
    """Return the freeze windows that are not over, first the next."""
    names = {team.id: team.name for team in team_tree()}
    found = session().scalars(
        select(FreezeWindow).where(FreezeWindow.until_on >= today()).order_by(FreezeWindow.from_on, FreezeWindow.id)
    )
    return [
        FreezeRow(
            id=row.id,
            name=row.name,
            team_name=names.get(row.team_id, ""),
            from_on=row.from_on,
            until_on=row.until_on,
        )
        for row in found
    ]


def shifts() -> Sequence[Shift]:
    return session().scalars(select(Shift).order_by(Shift.starts, Shift.code)).all()


def special_days(first: date, last: date) -> dict[date, SpecialDay]:
    """Return the days between two that offices have otherwise than their week; the company's word is stronger."""
    found: dict[date, SpecialDay] = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if (special := public_day(day)) is not None:
            found[day] = special
    for row in session().execute(
        select(CompanyDay.day, CompanyDay.working, CompanyDay.name).where(CompanyDay.day.between(first, last))
    ):
        found[row.day] = SpecialDay(working=row.working, name=row.name, company=True)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """One day of the reader's month. shift: code of the own shift, "" = none said; freeze: name of the window."""

    day: date
    works: bool
    shift: str
    on_leave: bool
    special: SpecialDay | None
    freeze: str


def month_of(person_id: int, days: Sequence[date]) -> list[DayCell]:
    """Return a person's days, each with all that is special about it."""
    roster, held = roster_of(person_id), freezes_of([person_id])[person_id]
    windows = [each for each in held if not each.away]
    special = special_days(days[0], days[-1])
    cells = []
    for day in days:
        window = covering(windows, day)
        cells.append(
            DayCell(
                day=day,
                works=roster(day),
                shift=roster.shift(day),
                on_leave=roster.on_leave(day),
                special=special.get(day),
                freeze=window.name if window else "",
            )
        )
    return cells
