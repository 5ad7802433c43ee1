"""The composite score, computed: small samples drawn towards the group, values made scores, weighted and added up.

Pure; the method and its sources are in docs/scores.md. Every number that is printed can be reckoned from the printed
ones: a score has one decimal, points have two, and the total is the sum of the printed points.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.performance.rules.formulas import Mode, PartSpec, Spec

EVERYBODY: Hashable = ("everybody",)

LEAST_KNOWN = 50.0
"""Percent of the weights that have to be known for a total: of one exam alone nobody is judged."""


@dataclass(frozen=True, slots=True)
class Input:
    """What is known of one person and one part. n: on how many cases it rests; None = not told: it stays as it is."""

    value: float
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of 得分构成. raw, adjusted: in the metric's own unit; normalised: 0 to 100, one decimal; points: two.

    weight: percent as it counted (more than in the formula where other parts are missing). mean: of the group, where
    the value was drawn towards it. raw_normalised, raw_points: the same without that. None: nothing is known.
    """

    source: str
    weight: float
    asked_weight: float
    raw: float | None
    adjusted: float | None
    mean: float | None
    n: int | None
    raw_normalised: float | None
    normalised: float | None
    raw_points: float | None
    points: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """total, raw_total: two decimals, None where less than LEAST_KNOWN percent of the weights is known.

    peers: how many people the group has. fell_back: it was too small, so everybody is compared.
    """

    parts: tuple[Part, ...]
    total: float | None
    raw_total: float | None
    peers: int
    fell_back: bool


def rounded(value: float, digits: int) -> float:
    """Return the value rounded half up, as people do it by hand."""
    scale = 10.0**digits
    return math.floor(value * scale + 0.5 + 1e-7) / scale


def shrunk(value: float, n: int, mean: float, strength: float) -> float:
    """Return the mean of n cases drawn towards the group's: (n·x + k·m) / (n + k).

    The posterior mean of a conjugate prior that weighs k cases; with k fixed by the spread it is James and Stein's
    estimator as Efron and Morris (1977) use it. n: at least 0. k: strength, more than 0.
    """
    return (n * value + strength * mean) / (n + strength)


def pooled(inputs: Iterable[Input]) -> float | None:
    """Return the mean of a group over all cases; of inputs without a number of cases, over people. None for nobody."""
    every = list(inputs)
    counted = [each for each in every if each.n]
    cases = sum(each.n or 0 for each in counted)
    if cases:
        return math.fsum(each.value * (each.n or 0) for each in counted) / cases
    return math.fsum(each.value for each in every) / len(every) if every else None


def line(value: float, floor: float, target: float) -> float:
    """Return the score on a straight line: floor is 0, target is 100; below 0 counts as 0. Either may be the higher."""
    return max(0.0, 100.0 * (value - floor) / (target - floor))


def rank(value: float, among: Sequence[float], *, less_is_better: bool) -> float:
    """Return which share of the others one is better than, 0 to 100, ties counting half; 50 where one is alone.

    among: sorted values of the group, one's own included.
    """
    if len(among) < 2:
        return 50.0
    below, above = _bisect(among, value)
    better = len(among) - above if less_is_better else below
    return 100.0 * (better + (above - below - 1) / 2) / (len(among) - 1)


def _bisect(among: Sequence[float], value: float) -> tuple[int, int]:
    """Return how many are less, and how many less or equal; equal within a billionth."""
    return bisect_left(among, value - 1e-9), bisect_right(among, value + 1e-9)


def compute(
    spec: Spec,
    inputs: Mapping[int, Mapping[str, Input]],
    groups: Mapping[int, Hashable],
    down: Iterable[str],
    targets: Iterable[int] | None = None,
) -> dict[int, Composite]:
    """Return the composite of each person.

    inputs: by person, then by source. groups: which peers somebody belongs to; who is missing is compared with
    everybody. down: sources of which less is better. targets: of whom it is wanted (None = of everybody in `inputs`);
    the others still make the group.
    """
    less = frozenset(down)
    members: dict[Hashable, list[int]] = defaultdict(list)
    for person in inputs:
        members[groups.get(person, EVERYBODY)].append(person)
    members[EVERYBODY] = list(inputs)
    of_group: dict[Hashable, _Group] = {}
    found: dict[int, Composite] = {}
    for person in inputs if targets is None else targets:
        key = groups.get(person, EVERYBODY)
        fell_back = bool(spec.group) and len(members[key]) < spec.least_group
        key = EVERYBODY if fell_back else key
        if key not in of_group:
            of_group[key] = _Group(spec, [inputs[each] for each in members[key]], less)
        found[person] = of_group[key].composite(inputs.get(person, {}), fell_back=fell_back)
    return found


class _Group:
    """Peers: their means, and their sorted values where ranks are asked for; worked out once."""

    def __init__(self, spec: Spec, members: Sequence[Mapping[str, Input]], less: frozenset[str]) -> None:
        self._spec, self._less, self._size = spec, less, len(members)
        held = {part.source: [each[part.source] for each in members if part.source in each] for part in spec.parts}
        self._means = {source: pooled(values) for source, values in held.items()}
        ranked = [part for part in spec.parts if part.mode is Mode.RANK]
        self._raw = {part.source: sorted(each.value for each in held[part.source]) for part in ranked}
        self._adjusted = {
            part.source: sorted(self._adjust(part, each)[0] for each in held[part.source]) for part in ranked
        }

    def _adjust(self, part: PartSpec, given: Input) -> tuple[float, float | None]:
        """Return the value after the adjustment, and the mean it was drawn to; None where it was not."""
        mean = self._means[part.source]
        if not (self._spec.shrink and part.shrinks) or given.n is None or mean is None:
            return given.value, None
        return round(shrunk(given.value, given.n, mean, self._spec.strength), 6), mean

    def _score(self, part: PartSpec, value: float, among: Mapping[str, Sequence[float]]) -> float:
        if part.mode is Mode.RANK:
            score = rank(value, among[part.source], less_is_better=part.source in self._less)
        elif part.mode is Mode.LINE:
            score = line(value, part.floor or 0.0, part.target if part.target is not None else 100.0)
        else:
            score = 100.0 - value if part.source in self._less else value
        return rounded(min(max(score, 0.0), part.cap), 1)

    def composite(self, given: Mapping[str, Input], *, fell_back: bool) -> Composite:
        known = math.fsum(part.weight for part in self._spec.parts if part.source in given)
        parts = []
        for part in self._spec.parts:
            one = given.get(part.source)
            if one is None:
                parts.append(_missing(part))
                continue
            weight = round(100.0 * part.weight / known, 4)
            adjusted, mean = self._adjust(part, one)
            raw_score = self._score(part, one.value, self._raw)
            score = self._score(part, adjusted, self._adjusted) if mean is not None else raw_score
            parts.append(
                Part(
                    source=part.source,
                    weight=weight,
                    asked_weight=part.weight,
                    raw=one.value,
                    adjusted=adjusted,
                    mean=mean,
                    n=one.n,
                    raw_normalised=raw_score,
                    normalised=score,
                    raw_points=rounded(raw_score * weight / 100.0, 2),
                    points=rounded(score * weight / 100.0, 2),
                )
            )
        enough = known >= LEAST_KNOWN
        return Composite(
            parts=tuple(parts),
            total=_sum(part.points for part in parts) if enough else None,
            raw_total=_sum(part.raw_points for part in parts) if enough else None,
            peers=self._size,
            fell_back=fell_back,
        )


def _missing(part: PartSpec) -> Part:
    return Part(
        source=part.source,
        weight=0.0,
        asked_weight=part.weight,
        raw=None,
        adjusted=None,
        mean=None,
        n=None,
        raw_normalised=None,
        normalised=None,
        raw_points=None,
        points=None,
    )


def _sum(points: Iterable[float | None]) -> float | None:
    known = [each for each in points if each is not None]
    return round(math.fsum(known), 2) if known else None
