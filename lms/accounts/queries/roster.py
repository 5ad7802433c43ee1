"""Reading rosters: who works on which day, for one person or for many in five statements."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select

from lms.accounts.models import CohortMember, Membership, RosterDay, RosterPattern, TeamPlace
from lms.accounts.rules.roster import Pattern, Place, Roster
from lms.core.calendar import Works
from lms.core.db import session
from lms.core.here import today

__all__ = ["roster_of", "rosters_of", "works", "works_of"]


def works(person_id: int) -> Works:
    """Return whether the person works on a day, as a function of the day."""
    return roster_of(person_id)


def works_of(person_ids: Iterable[int], *, since: date | None = None) -> dict[int, Works]:
    """Return the same for many people, in five statements however many they are.

    since: single days before it are left out; with years of rosters they are the bulk of what is read.
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
            RosterPattern.from_on,
            RosterPattern.until_on,
        )
        .where(or_(RosterPattern.person_id.is_(None), RosterPattern.person_id.in_(ids)))
        .order_by(RosterPattern.from_on, RosterPattern.id)
    )
    for row in rows:
        pattern = Pattern(weekdays=row.weekdays, from_on=row.from_on, until_on=row.until_on)
        if row.person_id is not None:
            own[row.person_id].append(pattern)
        elif row.cohort_id is not None:
            of_cohort[row.cohort_id].append(pattern)
        else:
            of_team[row.team_id].append(pattern)
    days: dict[int, dict[date, bool]] = defaultdict(dict)
    single = select(RosterDay.person_id, RosterDay.day, RosterDay.working).where(RosterDay.person_id.in_(ids))
    if since is not None:
        single = single.where(RosterDay.day >= since)
    for person_id, day, working in session().execute(single):
        days[person_id][day] = working
    return {
        person_id: Roster(
            days=days.get(person_id, {}),
            own=own.get(person_id, ()),
            cohort=[pattern for cohort in cohorts.get(person_id, ()) for pattern in of_cohort.get(cohort, ())],
            places=places.get(person_id, ()),
            by_team=of_team,
        )
        for person_id in ids
    }


def _places(ids: list[int]) -> dict[int, list[Place]]:
    """Return each person's teams by day, every team with those above it in today's tree."""
    day = today()
    standing = select(TeamPlace.team_id, TeamPlace.parent_id).where(
        TeamPlace.from_on <= day, or_(TeamPlace.until_on.is_(None), TeamPlace.until_on > day)
    )
    parents = {row.team_id: row.parent_id for row in session().execute(standing)}
    upward: dict[int, tuple[int, ...]] = {}

    def path(team: int) -> tuple[int, ...]:
        if team not in upward:
            found: list[int] = []
            step: int | None = team
            while step is not None and step not in found:
                found.append(step)
                step = parents.get(step)
            upward[team] = tuple(found)
        return upward[team]

    places: dict[int, list[Place]] = defaultdict(list)
    for row in session().execute(
        select(Membership.person_id, Membership.team_id, Membership.from_on, Membership.until_on)
        .where(Membership.person_id.in_(ids))
        .order_by(Membership.from_on)
    ):
        places[row.person_id].append(Place(teams=path(row.team_id), from_on=row.from_on, until_on=row.until_on))
    return places
