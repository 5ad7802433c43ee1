"""Reading rosters: who works on which day, for one person or for many in six statements."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select

from lms.accounts.models import CohortMember, Membership, RosterDay, RosterPattern
from lms.accounts.queries.calendar import company_days, leave_of, team_paths
from lms.accounts.rules.calendar import by_public_calendar, office_days
from lms.accounts.rules.roster import Pattern, Place, Roster
from lms.core.calendar import Works
from lms.core.db import session

__all__ = ["roster_of", "rosters_of", "works", "works_of"]


def works(person_id: int) -> Works:
    """Return whether the person works on a day, as a function of the day."""
    return roster_of(person_id)


def works_of(person_ids: Iterable[int], *, since: date | None = None) -> dict[int, Works]:
    """Return the same for many people, in six or seven statements however many they are.

    since: single days and leave before it are left out; with years of rosters they are the bulk of what is read.
    """
    return dict(rosters_of(person_ids, since=since))


def roster_of(person_id: int) -> Roster:
    return rosters_of([person_id])[person_id]


def rosters_of(person_ids: Iterable[int], *, since: date | None = None) -> dict[int, Roster]:
    """Return everything that decides the working days of each of these people."""
    ids = list(dict.fromkeys(person_ids))
    if not ids:
        return {}
    places = _places(ids)
    cohorts: dict[int, list[int]] = defaultdict(list)
    for person_id, cohort_id in session().execute(
        select(CohortMember.person_id, CohortMember.cohort_id)
        .where(CohortMember.person_id.in_(ids), CohortMember.left_on.is_(None))
        .order_by(CohortMember.cohort_id)
    ):
        cohorts[person_id].append(cohort_id)
    own: dict[int, list[Pattern]] = defaultdict(list)
    of_cohort: dict[int, list[Pattern]] = defaultdict(list)
    of_team: dict[int, list[Pattern]] = defaultdict(list)
    rows = session().execute(
        select(
            RosterPattern.person_id,
            RosterPattern.cohort_id,
            RosterPattern.team_id,
            RosterPattern.weekdays,
            RosterPattern.cycle,
            RosterPattern.shift,
            RosterPattern.follows_holidays,
            RosterPattern.from_on,
            RosterPattern.until_on,
        )
        .where(or_(RosterPattern.person_id.is_(None), RosterPattern.person_id.in_(ids)))
        .order_by(RosterPattern.from_on, RosterPattern.id)
    )
    by_office = False
    for row in rows:
        pattern = Pattern(
            weekdays=row.weekdays,
            cycle=tuple(row.cycle or ()),
            shift=row.shift,
            follows_holidays=row.follows_holidays,
            from_on=row.from_on,
            until_on=row.until_on,
        )
        by_office = by_office or pattern.follows_holidays
        if row.person_id is not None:
            own[row.person_id].append(pattern)
        elif row.cohort_id is not None:
            of_cohort[row.cohort_id].append(pattern)
        else:
            of_team[row.team_id].append(pattern)
    days, shifts = _single_days(ids, since)
    leave = leave_of(ids, since=since)
    office = office_days(company_days()) if by_office else by_public_calendar
    return {
        person_id: Roster(
            days=days.get(person_id, {}),
            shifts=shifts.get(person_id, {}),
            leave=leave.get(person_id, ()),
            own=own.get(person_id, ()),
            cohort=[pattern for cohort in cohorts.get(person_id, ()) for pattern in of_cohort.get(cohort, ())],
            places=places.get(person_id, ()),
            by_team=of_team,
            office=office,
        )
        for person_id in ids
    }


def _single_days(ids: list[int], since: date | None) -> tuple[dict[int, dict[date, bool]], dict[int, dict[date, str]]]:
    """Return the single days of people, and the shifts of those that name one."""
    days: dict[int, dict[date, bool]] = defaultdict(dict)
    shifts: dict[int, dict[date, str]] = defaultdict(dict)
    single = select(RosterDay.person_id, RosterDay.day, RosterDay.working, RosterDay.shift).where(
        RosterDay.person_id.in_(ids)
    )
    if since is not None:
        single = single.where(RosterDay.day >= since)
    for person_id, day, working, shift in session().execute(single):
        days[person_id][day] = working
        if shift:
            shifts[person_id][day] = shift
    return days, shifts


def _places(ids: list[int]) -> dict[int, list[Place]]:
    """Return each person's teams by day, every team with those above it in today's tree."""
    above = team_paths()
    places: dict[int, list[Place]] = defaultdict(list)
    for row in session().execute(
        select(Membership.person_id, Membership.team_id, Membership.from_on, Membership.until_on)
        .where(Membership.person_id.in_(ids))
        .order_by(Membership.from_on)
    ):
        places[row.person_id].append(Place(teams=above(row.team_id), from_on=row.from_on, until_on=row.until_on))
    return places
