"""Does training help? A figure before and after, of who was trained against who was not yet: difference in differences.

Pure. Time runs in steps (weeks or months), counted from 0. Each person's change is compared with the mean change, over
the same weeks, of those who had not been trained by their end (Callaway and Sant'Anna 2021); the waves are pooled by
how many were trained in each. docs/impact.md has the formulas with their sources.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate

from lms.core.stats import Estimate, Interval, estimate, mean, t_quantile, variance
from lms.performance.rules.metrics import Direction

FEWEST = 8
"""People in each group, below whom nothing is said and nothing shown."""


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NONE = "none"  # no difference to be seen
    TOO_FEW = "too_few"


class Left(StrEnum):
    """Why somebody who was trained is not counted."""

    BEFORE = "before"  # no figures before
    AFTER = "after"  # no figures after
    GONE = "gone"  # left the company before there were any
    ALONE = "alone"  # too few people were untrained then


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Who was trained in one step, and who had not been yet: a number of each person."""

    trained: Mapping[int, float]
    others: Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The mean of a group over one span, with its interval."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Means of both groups over the same weeks before or after the training."""

    trained: Point
    others: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveRow:
    """One wave as the table shows it. step: when they were trained. Changes of both groups, and their difference."""

    step: int
    trained: int
    others: int
    change: float
    other_change: float

    @property
    def effect(self) -> float:
        return self.change - self.other_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What can be said. trained, others: how many people count. effect: None where there are too few.

    drift: the same difference between the two spans before the training; where it is not nothing, the groups were
    already going apart. None where it can't be told. earlier, before, after: means of both groups; None likewise.
    waves: those of at least FEWEST trained people; smaller ones are shown by nobody, but count.
    """

    verdict: Verdict
    trained: int
    others: int
    left_out: Mapping[Left, int]
    effect: Estimate | None = None
    drift: Estimate | None = None
    earlier: Span | None = None
    before: Span | None = None
    after: Span | None = None
    waves: tuple[WaveRow, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether the groups went apart before anybody was trained."""
        return self.drift is not None and not self.drift.interval.low <= 0 <= self.drift.interval.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is looked at. first, last: steps in which people were trained, both included. width: steps before and after.

    The step of the training itself counts neither as before nor as after.
    """

    first: int
    last: int
    width: int
    direction: Direction = Direction.UP
    fewest: int = FEWEST


class Series:
    """One person's figures as running totals, so that the mean of any span costs one subtraction."""

    __slots__ = ("totals", "weights")

    def __init__(self, values: Mapping[int, tuple[float, float]], steps: int) -> None:
        """values: by step the sum of value × weight, and the weight. steps: how many steps there are."""
        empty = (0.0, 0.0)
        held = [values.get(step, empty) for step in range(steps)]
        self.totals = [0.0, *accumulate(total for total, _ in held)]
        self.weights = [0.0, *accumulate(weight for _, weight in held)]

    def mean(self, first: int, until: int) -> float | None:
        """Return the weighted mean of the steps from `first` to before `until`; None where there is nothing."""
        last = len(self.totals) - 1
        first, until = min(max(first, 0), last), min(max(until, 0), last)
        weight = self.weights[until] - self.weights[first]
        return (self.totals[until] - self.totals[first]) / weight if weight > 1e-9 else None


def pooled(waves: Sequence[Wave]) -> Estimate | None:
    """Return the mean over everybody trained of own number less the mean of the others of the same wave.

    With one wave it is Welch's difference of two means. People who serve in several waves, or are first untrained and
    later trained, count as one in the variance: their shares are added before they are squared. None for fewer than
    two of either.
    """
    trained = sum(len(wave.trained) for wave in waves)
    own: list[float] = []
    shares: defaultdict[int, float] = defaultdict(float)
    for wave in waves:
        if not wave.trained:
            continue
        number = len(wave.others)
        if number < 2:
            return None
        middle = math.fsum(wave.others.values()) / number
        own += [value - middle for value in wave.trained.values()]
        share = len(wave.trained) / trained / number * math.sqrt(number / (number - 1))
        for person, value in wave.others.items():
            shares[person] += share * (value - middle)
    if trained < 2:
        return None
    value = mean(own)
    others = math.fsum(share * share for share in shares.values())
    known = {person: number for wave in waves for person, number in wave.trained.items() if person in shares}
    both = 0.0
    if known:  # trained later, untrained before: the two shares pull together
        scale = math.sqrt(trained / (trained - 1)) / trained
        for wave in waves:
            middle = mean(list(wave.others.values())) if wave.trained else 0.0
            both -= 2 * math.fsum(
                scale * (number - middle - value) * shares[person]
                for person, number in wave.trained.items()
                if person in known
            )
    parts = [(variance(own) / trained, trained - 1.0), (max(others + both, 0.0), max(len(shares) - 1.0, 1.0))]
    return estimate(value, parts)


def _point(values: Sequence[float]) -> Point:
    middle, n = mean(values), len(values)
    reach = t_quantile(0.975, n - 1) * math.sqrt(variance(values) / n) if n > 1 else 0.0
    return Point(value=middle, interval=Interval(low=middle - reach, high=middle + reach))


def _span(waves: Sequence[Wave]) -> Span | None:
    """Return the means of both groups; the others of a wave count as often as there are trained people in it."""
    trained = [value for wave in waves for value in wave.trained.values()]
    shares: defaultdict[int, float] = defaultdict(float)
    whole = 0.0
    for wave in waves:
        if not wave.trained or not wave.others:
            continue
        number, weight = len(wave.others), len(wave.trained) / len(trained)
        middle = math.fsum(wave.others.values()) / number
        whole += weight * middle
        for person, value in wave.others.items():
            shares[person] += weight / number * (value - middle)
    if len(trained) < 2 or len(shares) < 2:
        return None
    reach = t_quantile(0.975, len(shares) - 1) * math.sqrt(math.fsum(share * share for share in shares.values()))
    return Span(
        trained=_point(trained),
        others=Point(value=whole, interval=Interval(low=whole - reach, high=whole + reach)),
    )


def impact(
    figures: Mapping[int, Series], trained: Mapping[int, int], study: Study, gone: frozenset[int] = frozenset()
) -> Impact:
    """Compare who was trained in the steps of the study with who was not yet.

    figures: by person. trained: the step in which each was trained first; whoever is not in it never was. gone: who
    has left the company.
    """
    width = study.width
    left_out: Counter[Left] = Counter()
    changes: list[Wave] = []
    spans: dict[str, list[Wave]] = {"earlier": [], "before": [], "after": []}
    drifts: list[Wave] = []
    steps: list[int] = []
    by_step: defaultdict[int, list[int]] = defaultdict(list)
    for person, step in trained.items():
        if study.first <= step <= study.last:
            by_step[step].append(person)
    for step, people in sorted(by_step.items()):
        cuts = (step - 2 * width, step - width, step, step + 1, step + 1 + width)
        mine: dict[int, tuple[float, float, float | None]] = {}
        for person in people:
            series = figures.get(person)
            before = series.mean(cuts[1], cuts[2]) if series else None
            after = series.mean(cuts[3], cuts[4]) if series else None
            if before is None:
                left_out[Left.BEFORE] += 1
            elif after is None:
                left_out[Left.GONE if person in gone else Left.AFTER] += 1
            elif series is not None:
                mine[person] = (before, after, series.mean(cuts[0], cuts[1]) if cuts[0] >= 0 else None)
        if not mine:
            continue
        others: dict[int, tuple[float, float, float | None]] = {}
        for person, series in figures.items():
            if trained.get(person, cuts[4]) < cuts[4]:
                continue
            before, after = series.mean(cuts[1], cuts[2]), series.mean(cuts[3], cuts[4])
            if before is not None and after is not None:
                others[person] = (before, after, series.mean(cuts[0], cuts[1]) if cuts[0] >= 0 else None)
        if len(others) < study.fewest:
            left_out[Left.ALONE] += len(mine)
            continue
        steps.append(step)
        groups = (mine, others)
        changes.append(_wave(*({key: each[1] - each[0] for key, each in group.items()} for group in groups)))
        spans["before"].append(_wave(*({key: each[0] for key, each in group.items()} for group in groups)))
        spans["after"].append(_wave(*({key: each[1] for key, each in group.items()} for group in groups)))
        known = [{key: each for key, each in group.items() if each[2] is not None} for group in groups]
        if len(known[1]) >= study.fewest:
            spans["earlier"].append(_wave(*({k: each[2] or 0.0 for k, each in group.items()} for group in known)))
            drifts.append(_wave(*({k: each[0] - (each[2] or 0.0) for k, each in group.items()} for group in known)))
    numbers = sum(len(wave.trained) for wave in changes), len({key for wave in changes for key in wave.others})
    found = Impact(verdict=Verdict.TOO_FEW, trained=numbers[0], others=numbers[1], left_out=dict(left_out))
    effect = pooled(changes) if min(numbers) >= study.fewest else None
    if effect is None:
        return found
    has_earlier = sum(len(wave.trained) for wave in drifts) >= study.fewest
    return replace(
        found,
        verdict=verdict_of(effect.interval, study.direction),
        effect=effect,
        drift=pooled(drifts) if has_earlier else None,
        earlier=_span(spans["earlier"]) if has_earlier else None,
        before=_span(spans["before"]),
        after=_span(spans["after"]),
        waves=tuple(
            WaveRow(
                step=step,
                trained=len(wave.trained),
                others=len(wave.others),
                change=mean(list(wave.trained.values())),
                other_change=mean(list(wave.others.values())),
            )
            for step, wave in zip(steps, changes, strict=True)
            if len(wave.trained) >= study.fewest
        ),
    )


def _wave(trained: Mapping[int, float], others: Mapping[int, float]) -> Wave:
    return Wave(trained=trained, others=others)


def verdict_of(interval: Interval, direction: Direction) -> Verdict:
    """Return what an interval of a difference says; for a figure that is to fall, less is better."""
    if interval.low <= 0 <= interval.high:
        return Verdict.NONE
    return Verdict.BETTER if (interval.low > 0) is (direction is Direction.UP) else Verdict.WORSE
