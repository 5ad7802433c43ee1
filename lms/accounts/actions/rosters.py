"""Verbs of rosters: weekly patterns, single days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from lms.accounts import queries
from lms.accounts.actions.cohorts import member_ids
from lms.accounts.events import RosterChanged
from lms.accounts.models import Cohort, Person, RosterDay, RosterPattern, Team
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.calendar import MONDAY_TO_FRIDAY
from lms.core.db import Base, session
from lms.core.errors import Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text

OWNERS: dict[str, type[Base]] = {"cohort": Cohort, "team": Team, "person": Person}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose pattern it is: exactly one of the three is set."""

    cohort_id: int | None = None
    team_id: int | None = None
    person_id: int | None = None

    @property
    def kind(self) -> str:
        return "cohort" if self.cohort_id else "team" if self.team_id else "person"


def set_pattern(
    actor: Actor,
    owner: Owner,
    *,
    weekdays: int,
    from_on: date,
    until_on: date | None = None,
    cycle: Sequence[str] = (),
    shift: str = "",
    follows_holidays: bool = False,
) -> RosterPattern:
    """Give an owner a pattern from a day on (weekdays: bit 0 = Monday; until_on exclusive).

    cycle: instead of a week, shifts counted from from_on ("" = off). shift: of every day of a week. follows_holidays:
    of a week only. Of several patterns the one that began last holds. Raises Invalid for one without a working day.
    """
    if cycle:
        weekdays, shift, follows_holidays = MONDAY_TO_FRIDAY, "", False
        if not any(cycle):
            reason = text("一轮里至少要有一天上班。")
            raise Invalid(reason, fields={"cycle": reason})
    if not 1 <= weekdays <= 127:
        reason = text("至少勾一天上班。")
        raise Invalid(reason, fields={"weekdays": reason})
    if until_on is not None and until_on <= from_on:
        reason = text("结束日要晚于开始日。")
        raise Invalid(reason, fields={"until_on": reason})
    current = session()
    table = OWNERS[owner.kind]
    if current.get(table, owner.cohort_id or owner.team_id or owner.person_id) is None:
        raise NotFound()
    same = (
        select(RosterPattern)
        .where(
            RosterPattern.cohort_id == owner.cohort_id
            if owner.cohort_id
            else RosterPattern.team_id == owner.team_id
            if owner.team_id
            else RosterPattern.person_id == owner.person_id
        )
        .where(RosterPattern.from_on == from_on)
    )
    pattern = current.scalars(same).first()
    if pattern is None:
        pattern = RosterPattern(
            cohort_id=owner.cohort_id,
            team_id=owner.team_id,
            person_id=owner.person_id,
            from_on=from_on,
            weekdays=weekdays,
            until_on=until_on,
        )
        current.add(pattern)
    pattern.weekdays, pattern.until_on = weekdays, until_on
    pattern.cycle, pattern.shift, pattern.follows_holidays = list(cycle) or None, shift, follows_holidays
    current.flush()
    audit(
        actor.id,
        "roster.pattern",
        owner.kind,
        owner.cohort_id or owner.team_id or owner.person_id,
        after={"weekdays": weekdays, "cycle": list(cycle), "from": from_on.isoformat()},
    )
    _tell(owner)
    return pattern


def stop_pattern(actor: Actor, pattern_id: int) -> None:
    """End a pattern today; one that has not begun is taken away."""
    current = session()
    pattern = current.get(RosterPattern, pattern_id)
    if pattern is None:
        raise NotFound()
    owner = Owner(cohort_id=pattern.cohort_id, team_id=pattern.team_id, person_id=pattern.person_id)
    day = today()
    if pattern.from_on >= day:
        current.delete(pattern)
    else:
        pattern.until_on = day
    current.flush()
    audit(actor.id, "roster.pattern_ended", owner.kind, owner.cohort_id or owner.team_id or owner.person_id)
    _tell(owner)


def set_days(
    actor: Actor,
    days: Mapping[int, Mapping[date, bool | None]],
    shifts: Mapping[tuple[int, date], str] | None = None,
) -> int:
    """Set single days of people: working, off, or None = as the pattern says. Return how many rows are others now.

    shifts: the code of the shift of a person's day; a day that is not in it has none.
    """
    current = session()
    named = shifts or {}
    changed: dict[int, int] = defaultdict(int)
    ids = list(days)
    held = {
        (row.person_id, row.day): row for row in current.scalars(select(RosterDay).where(RosterDay.person_id.in_(ids)))
    }
    for person_id in sorted(days):
        for day, working in days[person_id].items():
            row = held.get((person_id, day))
            shift = named.get((person_id, day), "") if working else ""
            if row is None and working is not None:
                current.add(RosterDay(person_id=person_id, day=day, working=working, shift=shift))
            elif row is not None and working is None:
                current.execute(delete(RosterDay).where(RosterDay.person_id == person_id, RosterDay.day == day))
            elif row is not None and (row.working, row.shift) != (working, shift):
                row.working, row.shift = bool(working), shift
            else:
                continue
            changed[person_id] += 1
    for person_id, count in changed.items():
        audit(actor.id, "roster.days", "person", person_id, person_id=person_id, after={"days": count})
    if changed:
        current.flush()
        emit(RosterChanged(person_ids=tuple(sorted(changed))))
    return sum(changed.values())


def _tell(owner: Owner) -> None:
    people = tuple(_people_of(owner))
    if people:
        emit(RosterChanged(person_ids=people))


def _people_of(owner: Owner) -> Iterable[int]:
    if owner.person_id:
        return [owner.person_id]
    if owner.cohort_id:
        return member_ids(owner.cohort_id)
    teams = queries.teams_below([owner.team_id or 0])
    return session().scalars(select(Person.id).where(Person.team_id.in_(teams), Person.active).order_by(Person.id))
