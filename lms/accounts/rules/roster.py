"""Who works on which day, and in which shift. Pure.

Precedence: leave > the person's own day > the person's pattern > the cohort's > the team's, up the tree > Monday to
Friday.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.accounts.rules.calendar import Freeze, OfficeDay, by_public_calendar, covering
from lms.core.calendar import MONDAY_TO_FRIDAY, works_by_pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Working days from when until when (exclusive; None = still).

    weekdays: a week (bit 0 = Monday). cycle: instead of it shifts that begin anew every len(cycle) days, counted from
    from_on, "" = off. shift: of every working day of a week, "" = none said. follows_holidays: public holidays are off
    and 调休 days are worked, whatever the week says; a cycle never follows them.
    """

    weekdays: int
    from_on: date
    until_on: date | None = None
    cycle: tuple[str, ...] = ()
    shift: str = ""
    follows_holidays: bool = False

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)

    def works(self, day: date, office: OfficeDay) -> bool:
        if self.cycle:
            return bool(self._turn(day))
        said = office(day) if self.follows_holidays else None
        return works_by_pattern(self.weekdays, day) if said is None else said

    def shift_on(self, day: date, office: OfficeDay) -> str:
        """Return the code of the day's shift, "" where nobody works or none is said."""
        if self.cycle:
            return self._turn(day)
        return self.shift if self.works(day, office) else ""

    def _turn(self, day: date) -> str:
        return self.cycle[(day - self.from_on).days % len(self.cycle)]


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
    shifts: Mapping[date, str] = field(default_factory=dict)
    leave: Sequence[Freeze] = ()
    own: Patterns = ()
    cohort: Patterns = ()
    places: Sequence[Place] = ()
    by_team: Mapping[int, Patterns] = field(default_factory=dict)
    office: OfficeDay = by_public_calendar

    def __call__(self, day: date) -> bool:
        if self.leave and self.on_leave(day):
            return False
        if (single := self.days.get(day)) is not None:
            return single
        found = self.pattern(day)
        return found.works(day, self.office) if found else works_by_pattern(MONDAY_TO_FRIDAY, day)

    def on_leave(self, day: date) -> bool:
        return covering(self.leave, day) is not None

    def shift(self, day: date) -> str:
        """Return the code of the shift that the person works on the day, "" where none or none is said."""
        if not self(day):
            return ""
        if day in self.days:
            return self.shifts.get(day, "")
        found = self.pattern(day)
        return found.shift_on(day, self.office) if found else ""

    def pattern(self, day: date) -> Pattern | None:
        """Return the pattern that holds on the day; None = Monday to Friday."""
        return in_force(self.own, day) or in_force(self.cohort, day) or self._of_team(day)

    def source(self, day: date) -> str:
        """Return what decides the day: leave, day, person, cohort, team or default."""
        if self.on_leave(day):
            return "leave"
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
