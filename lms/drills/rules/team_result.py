"""What came of a team drill: by person and by team, where it went wrong, compared with the time before. Pure.

A mean is over those who ended a run. How many they are stands beside each figure; below SMALL it says little.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lms.drills.rules.desk import Desk
from lms.drills.rules.lookups import Looked
from lms.drills.rules.score import Result

SMALL = 10
"""People with a result from which on a mean is shown without a word of caution."""
BINS = 10
"""Of the distribution: 0–9, 10–19, … 90–100."""
SORTS = ("name", "team", "standing", "total", "first", "average", "crossed")


class Standing(StrEnum):
    """How far somebody has come."""

    ENDED = "ended"
    OPEN = "open"
    ABSENT = "absent"
    EXCUSED = "excused"


def standing_of(run_state: str | None, excused: str) -> Standing:
    """Return how far somebody has come. run_state: open or ended, None without a run."""
    if excused:
        return Standing.EXCUSED
    if run_state is None:
        return Standing.ABSENT
    return Standing.ENDED if run_state == "ended" else Standing.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of a run. scene: the name of where it was taken; wrong: it cost points, or came too late.

    looked: how the knowledge base was used for it.
    """

    lane: int
    scene: str
    wrong: bool
    looked: Looked = Looked.NOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person. shown: whoever looks may see who it is. result, desk: of an ended run."""

    person_id: int
    name: str
    employee_no: str
    team_id: int | None
    team: str
    standing: Standing
    shown: bool = True
    excused: str = ""
    run_id: str = ""
    result: Result | None = None
    desk: Desk | None = None
    decisions: tuple[Decision, ...] = ()

    @property
    def total(self) -> Fraction | None:
        return self.result.total if self.result else None

    def looks(self, looked: Looked) -> int:
        """How many of the decisions that went wrong were taken like this."""
        return sum(each.wrong and each.looked is looked for each in self.decisions)

    def dimension(self, name: str) -> Fraction | None:
        """The score of a dimension, None where it was not shown."""
        every = self.result.dimensions if self.result else ()
        return next((each.score for each in every if each.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some people together. n: with a result, of `people`; mean, dimensions: 0..100, None without any.

    first_ms, average_ms: means over the runs. looks: of the decisions that went wrong.
    """

    name: str = ""
    people: int
    n: int
    passed: int
    mean: Fraction | None
    dimensions: Mapping[str, Fraction | None] = field(default_factory=dict)
    first_ms: int | None = None
    average_ms: int | None = None
    crossed: int = 0
    looks: Mapping[Looked, int] = field(default_factory=dict)

    @property
    def pass_percent(self) -> int | None:
        """Whole percent, rounded down."""
        return 100 * self.passed // self.n if self.n else None

    @property
    def small(self) -> bool:
        return 0 < self.n < SMALL


def dimensions_of(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the names of the dimensions that the results bear, each once, in the order of the drill."""
    names = (each.name for line in lines if line.result for each in line.result.dimensions)
    return tuple(dict.fromkeys(names))


def group(lines: Sequence[Line], names: Iterable[str], name: str = "") -> Group:
    """Return the figures of these people; who was excused is not counted."""
    asked = [each for each in lines if each.standing is not Standing.EXCUSED]
    ended = [each for each in asked if each.result is not None]
    desks = [each.desk for each in ended if each.desk is not None]
    return Group(
        name=name,
        people=len(asked),
        n=len(ended),
        passed=sum(each.result.passed for each in ended if each.result),
        mean=_mean([each.total for each in ended]),
        dimensions={each: _mean([line.dimension(each) for line in ended]) for each in names},
        first_ms=_whole([each.first_ms for each in desks]),
        average_ms=_whole([each.average_ms for each in desks]),
        crossed=sum(each.crossed for each in desks),
        looks={looked: sum(each.looks(looked) for each in ended) for looked in Looked},
    )


def by_team(lines: Sequence[Line], names: Sequence[str]) -> list[Group]:
    """Return the figures of each team, in the order in which the teams first come."""
    teams: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        teams[line.team].append(line)
    return [group(inside, names, team) for team, inside in teams.items()]


def distribution(lines: Iterable[Line]) -> tuple[int, ...]:
    """Return how many totals lie in each tenth: 0–9, …, 90–100."""
    counts = [0] * BINS
    for line in lines:
        if line.total is not None:
            counts[min(int(line.total) * BINS // 100, BINS - 1)] += 1
    return tuple(counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneLoss:
    """Where it went wrong. met: people who decided something there; wrong: of whom one decision went wrong at least."""

    lane: int
    scene: str
    met: int
    wrong: int
    looks: Mapping[Looked, int]


def worst_scenes(lines: Iterable[Line], most: int = 3) -> list[SceneLoss]:
    """Return the scenes where most people went wrong, the worst first: by people, then by their share."""
    met: dict[tuple[int, str], set[int]] = defaultdict(set)
    wrong: dict[tuple[int, str], set[int]] = defaultdict(set)
    looks: dict[tuple[int, str], list[Looked]] = defaultdict(list)
    for line in lines:
        for each in line.decisions:
            place = (each.lane, each.scene)
            met[place].add(line.person_id)
            if each.wrong:
                wrong[place].add(line.person_id)
                looks[place].append(each.looked)
    found = [
        SceneLoss(
            lane=lane,
            scene=scene,
            met=len(met[lane, scene]),
            wrong=len(people),
            looks={looked: looks[lane, scene].count(looked) for looked in Looked},
        )
        for (lane, scene), people in wrong.items()
    ]
    found.sort(key=lambda each: (-each.wrong, Fraction(-each.wrong, each.met), each.lane, each.scene))
    return found[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure then and now, of 100; None where nobody showed it."""

    name: str
    before: Fraction | None
    now: Fraction | None

    @property
    def by(self) -> Fraction | None:
        return None if self.before is None or self.now is None else self.now - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two team drills of the same drill. both: people with a result in either; mean: of everybody, pair: of those.

    better, worse: how many of them have at least one whole point more or less.
    """

    before: Group
    now: Group
    mean: Change
    dimensions: tuple[Change, ...]
    passing: Change
    both: int
    pair: Change
    better: int
    worse: int

    @property
    def small(self) -> bool:
        return min(self.before.n, self.now.n) < SMALL


def compared(now: Sequence[Line], before: Sequence[Line]) -> Comparison | None:
    """Return how a team drill went beside an earlier one; None where one of the two has no result."""
    names = dimensions_of([*now, *before])
    here, then = group(now, names), group(before, names)
    if not here.n or not then.n:
        return None
    earlier = {each.person_id: each.total for each in before if each.total is not None}
    pairs = [
        (earlier[each.person_id], each.total) for each in now if each.total is not None and each.person_id in earlier
    ]
    return Comparison(
        before=then,
        now=here,
        mean=Change(name="", before=then.mean, now=here.mean),
        dimensions=tuple(Change(name=name, before=then.dimensions[name], now=here.dimensions[name]) for name in names),
        passing=Change(name="", before=Fraction(100 * then.passed, then.n), now=Fraction(100 * here.passed, here.n)),
        both=len(pairs),
        pair=Change(name="", before=_mean([old for old, _ in pairs]), now=_mean([new for _, new in pairs])),
        better=sum(new - old >= 1 for old, new in pairs),
        worse=sum(old - new >= 1 for old, new in pairs),
    )


def in_order(lines: Iterable[Line], key: str, *, descending: bool = False) -> list[Line]:
    """Return the lines sorted by a column of SORTS; who has no value there stands last either way."""
    every = sorted(lines, key=lambda each: each.employee_no)
    having = [each for each in every if _value(each, key) is not None]
    having.sort(key=lambda each: _value(each, key), reverse=descending)
    return having + [each for each in every if _value(each, key) is None]


_ORDER = {each: number for number, each in enumerate(Standing)}


def _value(line: Line, key: str) -> Any:
    match key:
        case "team":
            return line.team
        case "standing":
            return _ORDER[line.standing]
        case "total":
            return line.total
        case "first":
            return line.desk.first_ms if line.desk else None
        case "average":
            return line.desk.average_ms if line.desk else None
        case "crossed":
            return line.desk.crossed if line.desk else None
        case _:
            return line.name


def _mean(values: Iterable[Fraction | None]) -> Fraction | None:
    known = [each for each in values if each is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def _whole(values: Iterable[int | None]) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) // len(known) if known else None
