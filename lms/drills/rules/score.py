"""What a conversation scores, by the decisions that were met on its own path. Pure.

Adding points up would let the long way through an angry customer beat the short calm one, because it meets more
chances. So a dimension scores earned ÷ the most attainable at the decisions met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.drills.rules.play import End, State, Tally
from lms.drills.spec import Clause, Dimension, DrillSpec

FULL = 100
FAIL_CAP = 59
"""The most that a conversation with a failed ending scores: 结局:失败 caps the result at fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionScore:
    """score: 0..100; None where the dimension never came up on this path ("not shown")."""

    name: str
    weight: int
    score: Fraction | None
    earned: int
    most: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """total: 0..100, weighted over the dimensions that were shown. passed: the ending and the pass rule."""

    total: Fraction
    passed: bool
    end: End
    dimensions: tuple[DimensionScore, ...]


def score(drill: DrillSpec, state: State) -> Result:
    """Return what a conversation scores as it stands; one that has not ended counts as failed by time."""
    end = state.end or End.TIME
    dimensions = tuple(
        _scored(dimension, tally) for dimension, tally in zip(drill.dimensions, state.tallies, strict=True)
    )
    total = _total(dimensions, good=end is End.PASS)
    if end is not End.PASS:
        total = min(total, Fraction(FAIL_CAP))
    return Result(
        total=total,
        passed=end is End.PASS and _passes(drill, total, dimensions),
        end=end,
        dimensions=dimensions,
    )


def combined(results: Sequence[Result]) -> Result:
    """Return what several conversations of one run score: the mean, and passed where each one is.

    A dimension is the mean of those conversations that showed it. results: at least one; the first one's order and
    weights hold, a dimension of another one alone is not shown in the sum.
    """
    first = results[0]
    dimensions = tuple(_mean(each, results) for each in first.dimensions)
    failed = [each.end for each in results if each.end is not End.PASS]
    return Result(
        total=sum((each.total for each in results), Fraction(0)) / len(results),
        passed=all(each.passed for each in results),
        end=failed[0] if failed else End.PASS,
        dimensions=dimensions,
    )


def _mean(wanted: DimensionScore, results: Sequence[Result]) -> DimensionScore:
    same = [each for result in results for each in result.dimensions if each.name == wanted.name]
    shown = [each.score for each in same if each.score is not None]
    return DimensionScore(
        name=wanted.name,
        weight=wanted.weight,
        score=sum(shown, Fraction(0)) / len(shown) if shown else None,
        earned=sum(each.earned for each in same),
        most=sum(each.most for each in same),
        lost=sum(each.lost for each in same),
    )


def _scored(dimension: Dimension, tally: Tally) -> DimensionScore:
    return DimensionScore(
        name=dimension.name,
        weight=dimension.weight,
        score=_share(dimension, tally),
        earned=tally.earned,
        most=tally.most,
        lost=tally.lost,
    )


def _share(dimension: Dimension, tally: Tally) -> Fraction | None:
    if not tally.met:
        return Fraction(FULL) if dimension.deduct else None
    if dimension.deduct or not tally.most:
        return Fraction(max(FULL + tally.lost, 0))
    return Fraction(min(max(tally.earned, 0), tally.most) * FULL, tally.most)


def _total(dimensions: Sequence[DimensionScore], *, good: bool) -> Fraction:
    """Return the weighted mean of what was shown; where nothing was, the ending alone decides."""
    shown = [(each.weight, each.score) for each in dimensions if each.score is not None]
    weights = sum(weight for weight, _ in shown)
    if not weights:
        return Fraction(FULL if good else 0)
    return sum((weight * value for weight, value in shown), Fraction(0)) / weights


def _passes(drill: DrillSpec, total: Fraction, dimensions: Sequence[DimensionScore]) -> bool:
    scores = {each.name: each.score for each in dimensions}
    return any(all(_holds(clause, total, scores) for clause in clauses) for clauses in drill.passes)


def _holds(clause: Clause, total: Fraction, scores: dict[str, Fraction | None]) -> bool:
    value = total if not clause.dimension else scores.get(clause.dimension)
    return value is None or clause.compared.holds(value, clause.limit)
