"""现场 of a team drill: who stands where at this moment, by team. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from lms.drills.rules.lanes import Lane
from lms.drills.rules.team_result import Standing
from lms.drills.spec import DrillSpec

LONG = timedelta(seconds=60)
"""A customer who has waited for so long is marked on the board."""
LOW_MOOD = 30
"""A mood below it is marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One conversation as the board shows it. scene: its place in the drill, from 1, of `scenes`. mood: None without.

    waits: whole seconds that the customer has waited, None where nobody waits. over: it has ended.
    """

    scene: int
    scenes: int
    mood: int | None
    waits: int | None
    over: bool

    @property
    def waits_long(self) -> bool:
        return self.waits is not None and self.waits >= LONG.total_seconds()

    @property
    def angry(self) -> bool:
        return self.mood is not None and self.mood < LOW_MOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person. shown: whoever looks may see who it is. total: of 100, passed: of an ended run."""

    name: str
    employee_no: str
    team: str
    standing: Standing
    shown: bool = True
    run_id: str = ""
    paused: bool = False
    talks: tuple[Talk, ...] = ()
    total: Fraction | None = None
    passed: bool | None = None

    @property
    def longest(self) -> int | None:
        """How long the customer waits who has waited longest."""
        return max((each.waits for each in self.talks if each.waits is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many people stand how; who was excused is in none but `excused`. mean: over those who ended."""

    absent: int
    open: int
    ended: int
    excused: int
    passed: int
    mean: Fraction | None
    longest: int | None

    @property
    def people(self) -> int:
        return self.absent + self.open + self.ended


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSeats:
    """A team: those who may be seen, talking first, then not begun, then done. hidden: how many more there are."""

    name: str
    counts: Counts
    seats: tuple[Seat, ...]
    hidden: int


def talk(drill: DrillSpec, lane: Lane, now: datetime) -> Talk:
    """Return how one conversation stands at an instant; before its customer came nobody waits."""
    titles = [scene.title for scene in drill.scenes]
    waits = None
    if lane.came and lane.waits_from is not None and lane.state.end is None:
        waits = max(int((now - lane.waits_from).total_seconds()), 0)
    return Talk(
        scene=titles.index(lane.state.scene) + 1,
        scenes=len(titles),
        mood=lane.state.mood,
        waits=waits,
        over=lane.state.end is not None,
    )


def counts(seats: Sequence[Seat]) -> Counts:
    totals = [each.total for each in seats if each.total is not None]
    return Counts(
        absent=_count(seats, Standing.ABSENT),
        open=_count(seats, Standing.OPEN),
        ended=_count(seats, Standing.ENDED),
        excused=_count(seats, Standing.EXCUSED),
        passed=sum(bool(each.passed) for each in seats),
        mean=sum(totals, Fraction(0)) / len(totals) if totals else None,
        longest=max((each.longest for each in seats if each.longest is not None), default=None),
    )


_FIRST = {Standing.OPEN: 0, Standing.ABSENT: 1, Standing.ENDED: 2, Standing.EXCUSED: 3}


def by_team(seats: Iterable[Seat]) -> list[TeamSeats]:
    """Return the teams in the order in which they first come; who has kept a customer waiting longest stands first."""
    teams: dict[str, list[Seat]] = defaultdict(list)
    for seat in seats:
        teams[seat.team].append(seat)
    found = []
    for name, inside in teams.items():
        shown = sorted(
            (each for each in inside if each.shown),
            key=lambda each: (_FIRST[each.standing], -(each.longest or 0), each.employee_no),
        )
        found.append(TeamSeats(name=name, counts=counts(inside), seats=tuple(shown), hidden=len(inside) - len(shown)))
    return found


def _count(seats: Iterable[Seat], standing: Standing) -> int:
    return sum(each.standing is standing for each in seats)
