"""Before and after a reward rule began: means of everybody, and of those measured all the time. Pure.

A difference says what happened, not why: see docs/awards.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from lms.performance.rules.periods import Period

SPAN = 3
"""Periods before, and as many after."""
FEWEST = 5
"""Means of fewer people are not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One period. mean: of all who have a figure; steady: of those who have one in each period that has any."""

    period: Period
    after: bool
    n: int
    mean: float | None
    steady: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """before, after: means of the means of the periods that have one. n_steady: how many are measured throughout."""

    lines: tuple[Line, ...]
    n_steady: int
    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.after is None else round(self.after - self.before, 2)


def spans(begun: Period, now: Period) -> tuple[list[Period], list[Period]]:
    """Return the periods before it began, and those from then on that have ended. now: the one that is going on."""
    before: list[Period] = []
    each = begun
    while len(before) < SPAN:
        each = each.before
        before.insert(0, each)
    after: list[Period] = []
    each = begun
    while each.start < now.start and len(after) < SPAN:
        after.append(each)
        each = _next(each)
    return before, after


def _next(period: Period) -> Period:
    return type(period)(period.grain, period.until)


def effect(before: Sequence[Period], after: Sequence[Period], values: Mapping[Period, Mapping[int, float]]) -> Effect:
    """Return the table. values: by period, of each person who has a figure that counts."""
    shown = [*before, *after]
    known = [set(values[each]) for each in shown if values.get(each)]
    steady = set.intersection(*known) if known else set()
    lines = tuple(
        Line(
            period=each,
            after=at >= len(before),
            n=len(values.get(each, {})),
            mean=_mean(list(values.get(each, {}).values())),
            steady=_mean([values[each][person] for person in steady]) if values.get(each) else None,
        )
        for at, each in enumerate(shown)
    )
    return Effect(
        lines=lines,
        n_steady=len(steady),
        before=_of([each.mean for each in lines if not each.after]),
        after=_of([each.mean for each in lines if each.after]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return round(fsum(values) / len(values), 2) if len(values) >= FEWEST else None


def _of(means: Sequence[float | None]) -> float | None:
    known = [each for each in means if each is not None]
    return round(fsum(known) / len(known), 2) if known else None
