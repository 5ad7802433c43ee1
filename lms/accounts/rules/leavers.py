"""Who leaves by a complete staff file: those who are not in it. Pure."""

from collections.abc import Sequence
from datetime import date

from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff_known import MOST_LEAVERS, Known, KnownPerson, Leaver, Leavers
from lms.core.access import Role
from lms.core.sheets import Row


def allowed(among: int, percent: int) -> int:
    """Return how many of so many people may leave by one file: a share, at least one and at most MOST_LEAVERS."""
    return min(MOST_LEAVERS, max(1, among * percent // 100))


def leavers(rows: Sequence[Row], known: Known, *, percent: int, today: date) -> Leavers:
    """Return who is missing in the rows of a complete file, and what becomes of them."""
    named = {login_name(row["employee_no"]) for row in rows}
    here = {login: person for login, person in known.people.items() if person.active}
    missing = [(login, person) for login, person in sorted(here.items()) if login not in named]
    stays = {
        login
        for login, person in missing
        if login == known.own_login
        or any(role is Role.ADMIN for role, _ in person.grants)
        or (person.hired_on is not None and person.hired_on > today)
    }
    back = [person for login, person in sorted(known.people.items()) if not person.active and login in named]
    return Leavers(
        people=tuple(_one(person) for login, person in missing if login not in stays),
        kept=tuple(_one(person) for login, person in missing if login in stays),
        closed=tuple(_one(person) for person in back),
        among=len(here),
        allowed=allowed(len(here), percent),
    )


def still_here(rows: Sequence[Row], found: Leavers) -> list[Row]:
    """Return the rows without those of closed accounts, which a complete file may go on naming for a while."""
    closed = {login_name(person.employee_no) for person in found.closed}
    return [row for row in rows if login_name(row["employee_no"]) not in closed]


def _one(person: KnownPerson) -> Leaver:
    return Leaver(person_id=person.id, employee_no=person.employee_no, name=person.name, team_id=person.team_id)
