"""The figures of a whole quiz: spread, reliability, passing, and how far one can trust a score."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms.core import stats
from lms.core.stats import Interval
from lms.quizzes.rules.analysis.items import ENOUGH
from lms.quizzes.rules.analysis.rows import MILLION, Cell, Paper

BARS = 10
"""Columns of the histogram: ten points of a hundred each, 100 in the last one."""


class Method(StrEnum):
    """How the reliability was estimated."""

    KR20 = "kr20"  # everybody has the same questions, each right or wrong
    ALPHA = "alpha"  # the same questions, some with part of the points
    NESTED = "nested"  # drawn papers: what a hard draw costs counts as error


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """value: at most 1. items: on a paper. range: 95 %, None for drawn papers of different length."""

    method: Method
    value: float
    range: Interval | None
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The quiz. Scores are 0..100; deviation and error in the same points. passed: of those that are decided.

    near: how many scores are nearer to the pass mark than one standard error.
    """

    papers: int
    people: int
    mean: float
    deviation: float
    median: float
    lowest: float
    highest: float
    bars: tuple[int, ...]
    decided: int
    passed: int
    passed_range: Interval
    reliability: Reliability | None
    error: float | None
    near: int | None
    median_seconds: float

    @property
    def enough(self) -> bool:
        return self.papers >= ENOUGH


def whole_of(
    papers: Sequence[Paper],
    cells: Iterable[Cell],
    people: Sequence[stats.Person],
    pass_mark: Fraction,
) -> Whole | None:
    """Return the figures of the quiz, None without a paper.

    people: the items of each paper as shares; only needed where papers differ (`is_drawn`).
    """
    if not papers:
        return None
    scores = [100 * paper.earned / paper.possible for paper in papers]
    deviation = stats.deviation(scores)
    reliability = _reliability(papers, list(cells), people) if len(papers) >= ENOUGH else None
    error = stats.standard_error(deviation, reliability.value) if reliability else None
    decided = [paper.passed for paper in papers if paper.passed is not None]
    counts: dict[int, int] = defaultdict(int)
    times: dict[int, int] = defaultdict(int)
    for paper in papers:
        counts[paper.score] += 1
        times[paper.seconds] += 1
    mark = 100 * float(pass_mark)
    return Whole(
        papers=len(papers),
        people=len({paper.person_id for paper in papers}),
        mean=stats.mean(scores),
        deviation=deviation,
        median=100 * (stats.percentile(counts, 0.5) or 0.0) / MILLION,
        lowest=min(scores),
        highest=max(scores),
        bars=tuple(stats.bins(scores, BARS, 100)),
        decided=len(decided),
        passed=sum(decided),
        passed_range=stats.wilson(sum(decided), len(decided)),
        reliability=reliability,
        error=error,
        near=None if error is None else sum(abs(score - mark) < error for score in scores),
        median_seconds=stats.percentile(times, 0.5) or 0.0,
    )


def is_drawn(papers: int, cells: Iterable[Cell]) -> bool:
    """Say whether people had different questions: some question is not on every paper."""
    asked: dict[int, int] = defaultdict(int)
    for cell in cells:
        asked[cell.part_id] += cell.count
    return any(count != papers for count in asked.values())


def _reliability(papers: Sequence[Paper], cells: Sequence[Cell], people: Sequence[stats.Person]) -> Reliability | None:
    if is_drawn(len(papers), cells):
        lengths = {person.items for person in people}
        value = stats.nested_reliability(people)
        if value is None:
            return None
        items = round(math.fsum(person.items for person in people) / len(people))
        same = stats.alpha_interval(value, len(people), items) if len(lengths) == 1 else None
        return Reliability(method=Method.NESTED, value=value, range=same, items=items)
    parts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    partial = False
    for cell in cells:
        sums = parts[cell.part_id]
        sums[0] += cell.count
        sums[1] += cell.count * cell.earned
        sums[2] += cell.count * cell.earned**2
        partial = partial or cell.earned not in (0, cell.points)
    earned = [paper.earned for paper in papers]
    total = stats.spread(len(earned), sum(earned), sum(each * each for each in earned))
    value = stats.alpha([stats.spread(n, sum_, squares) for n, sum_, squares in parts.values()], total)
    if value is None:
        return None
    method = Method.ALPHA if partial or len({cell.points for cell in cells}) > 1 else Method.KR20
    return Reliability(
        method=method, value=value, range=stats.alpha_interval(value, len(papers), len(parts)), items=len(parts)
    )
