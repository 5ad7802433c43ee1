"""Who works on which day. Pure.

Precedence: the person's own day > the person's pattern > the cohort's > the team's, up the tree > Monday to Friday.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.core.calendar import MONDAY_TO_FRIDAY, works_by_pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A week's working days (bit 0 = Monday), from when until when (exclusive; None = still)."""

    weekdays: int
    from_on: date
    until_on: date | None = None

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


Patterns = Sequence[Pattern]


def in_force(patterns: Patterns, day: date) -> Pattern | None:
    """Return the pattern of one owner on the day: of those that hold, the one that began last."""
    return max((pattern for pattern in patterns if pattern.holds(day)), key=lambda found: found.from_on, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """In which teams a person stood, own team first, then up to the root; from when until when (exclusive)."""

    teams: tuple[int, ...]
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everything that decides one person's working days. Calling it with a day says whether the person works."""

    days: Mapping[date, bool] = field(default_factory=dict)
    own: Patterns = ()
    cohort: Patterns = ()
    places: Sequence[Place] = ()
    by_team: Mapping[int, Patterns] = field(default_factory=dict)

    def __call__(self, day: date) -> bool:
        if (single := self.days.get(day)) is not None:
            return single
        found = in_force(self.own, day) or in_force(self.cohort, day) or self._of_team(day)
        return works_by_pattern(found.weekdays if found else MONDAY_TO_FRIDAY, day)

    def source(self, day: date) -> str:
        """Return what decides the day: day, person, cohort, team or default."""
        if day in self.days:
            return "day"
        if in_force(self.own, day):
            return "person"
        if in_force(self.cohort, day):
            return "cohort"
        return "team" if self._of_team(day) else "default"

    def _of_team(self, day: date) -> Pattern | None:
        for place in self.places:
            if place.from_on <= day and (place.until_on is None or day < place.until_on):
                for team in place.teams:
                    if found := in_force(self.by_team.get(team, ()), day):
                        return found
        return None
