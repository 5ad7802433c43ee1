"""Reading what holds people's days: leave, freeze windows, the company's own days."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import exists, or_, select

from lms.accounts.models import CompanyDay, FreezeWindow, Leave, Person, TeamPlace
from lms.accounts.rules.calendar import Freeze
from lms.core.db import session
from lms.core.here import today


def freezes_of(person_ids: Iterable[int], *, since: date | None = None) -> dict[int, tuple[Freeze, ...]]:
    """Return what holds the due days of each person: freeze windows of their team or one above, and own leave.

    since: what ended before it is left out. At most four statements, two where no freeze window is set.
    """
    ids = list(dict.fromkeys(person_ids))
    if not ids:
        return {}
    windows = select(FreezeWindow.team_id, FreezeWindow.name, FreezeWindow.from_on, FreezeWindow.until_on)
    if since is not None:
        windows = windows.where(FreezeWindow.until_on >= since)
    by_team: dict[int, list[Freeze]] = defaultdict(list)
    for row in session().execute(windows.order_by(FreezeWindow.from_on, FreezeWindow.id)):
        by_team[row.team_id].append(Freeze(from_on=row.from_on, until_on=row.until_on, name=row.name))
    found: dict[int, list[Freeze]] = defaultdict(list)
    if by_team:
        above = team_paths()
        for person_id, team_id in session().execute(
            select(Person.id, Person.team_id).where(Person.id.in_(ids), Person.team_id.is_not(None))
        ):
            for team in above(team_id or 0):
                found[person_id] += by_team.get(team, ())
    for person_id, spans in leave_of(ids, since=since).items():
        found[person_id] += spans
    return {person_id: tuple(found.get(person_id, ())) for person_id in ids}


def silent_on(day: date, person_ids: Collection[int]) -> set[int]:
    """Return whom of these people no reminder reaches on the day: in a freeze window, or on leave.

    What is urgent goes out all the same.
    """
    return {
        person_id
        for person_id, freezes in freezes_of(person_ids, since=day).items()
        if any(each.covers(day) for each in freezes)
    }


def is_held(person_id: int, day: date) -> bool:
    """Return whether something may hold a due day of a person: own leave, or any team's freeze window.

    One statement, so that whoever counts a day need not read a roster for the usual answer.
    """
    leave = exists().where(Leave.person_id == person_id, Leave.from_on <= day, Leave.until_on >= day)
    window = exists().where(FreezeWindow.from_on <= day, FreezeWindow.until_on >= day)
    return bool(session().scalar(select(or_(leave, window))))


def leave_of(person_ids: Collection[int], *, since: date | None = None) -> dict[int, list[Freeze]]:
    """Return the leave of each person that has any, in order; its kind is not read."""
    statement = select(Leave.person_id, Leave.from_on, Leave.until_on).where(Leave.person_id.in_(person_ids))
    if since is not None:
        statement = statement.where(Leave.until_on >= since)
    found: dict[int, list[Freeze]] = defaultdict(list)
    for row in session().execute(statement.order_by(Leave.from_on)):
        found[row.person_id].append(Freeze(from_on=row.from_on, until_on=row.until_on, away=True))
    return found


def company_days() -> dict[date, bool]:
    """Return whether offices work, of each day of which the company says so itself."""
    return {row.day: row.working for row in session().execute(select(CompanyDay.day, CompanyDay.working))}


class TeamPaths:
    """A team with those above it in today's tree, own team first."""

    def __init__(self, parents: dict[int, int | None]) -> None:
        self._parents = parents
        self._known: dict[int, tuple[int, ...]] = {}

    def __call__(self, team: int) -> tuple[int, ...]:
        if team not in self._known:
            found: list[int] = []
            step: int | None = team
            while step is not None and step not in found:
                found.append(step)
                step = self._parents.get(step)
            self._known[team] = tuple(found)
        return self._known[team]


def team_paths() -> TeamPaths:
    day = today()
    standing = select(TeamPlace.team_id, TeamPlace.parent_id).where(
        TeamPlace.from_on <= day, or_(TeamPlace.until_on.is_(None), TeamPlace.until_on > day)
    )
    return TeamPaths({row.team_id: row.parent_id for row in session().execute(standing)})
