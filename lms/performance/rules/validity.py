"""Do a quiz's questions tell who does better at work later? Each question's answers against one figure. Pure.

The correlation of "right or not" with the figure is the point-biserial. Many questions are looked at together, so a
link is only called one if it stands the correction of Benjamini and Hochberg (1995).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lms.core.stats import Interval, Sums, correlation, correlation_interval, discoveries, t_outside
from lms.performance.rules.metrics import Direction

FEWEST_ANSWERS = 30
"""Answers of a question with a later figure, below which nothing is said."""
FEWEST_EACH = 8
"""Of these, so many right and so many wrong: nobody's own figure can be read from a mean."""
_EXACT = 1_000_000  # a figure is counted in millionths, so that sums are whole numbers


class Link(StrEnum):
    TELLS = "tells"  # who is right does better at work
    REVERSED = "reversed"  # who is right does worse
    NONE = "none"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLink:
    """One question. n, right: answers that count. r, interval, chance: None and 1 where there are too few or all agree.

    gap: the figure's mean of who was right less that of who was wrong.
    """

    key: str
    n: int
    right: int
    link: Link
    r: float | None = None
    interval: Interval | None = None
    chance: float = 1.0
    gap: float | None = None


def links(answers: Mapping[str, Sequence[tuple[bool, float]]], direction: Direction) -> list[ItemLink]:
    """Return what each question tells. answers: by question (right, the person's later figure), one per person."""
    found: list[ItemLink] = []
    told: list[tuple[int, float]] = []
    for key, every in answers.items():
        n, right = len(every), sum(is_right for is_right, _ in every)
        row = ItemLink(key=key, n=n, right=right, link=Link.TOO_FEW)
        if n >= FEWEST_ANSWERS and min(right, n - right) >= FEWEST_EACH:
            row = _measured(row, every)
            told.append((len(found), row.chance))
        found.append(row)
    kept = discoveries([chance for _, chance in told])
    for (place, _), is_kept in zip(told, kept, strict=True):
        row = found[place]
        if is_kept and row.r is not None:
            helps = (row.r > 0) is (direction is Direction.UP)
            found[place] = replace(row, link=Link.TELLS if helps else Link.REVERSED)
    return found


def _measured(row: ItemLink, every: Sequence[tuple[bool, float]]) -> ItemLink:
    whole = [(is_right, round(value * _EXACT)) for is_right, value in every]
    of_right = [value for is_right, value in whole if is_right]
    total = sum(value for _, value in whole)
    r = correlation(
        Sums(
            n=row.n,
            x=row.right,
            y=total,
            xx=row.right,
            yy=sum(value * value for _, value in whole),
            xy=sum(of_right),
        )
    )
    if r is None:
        return replace(row, link=Link.NONE)
    gap = sum(of_right) / row.right - (total - sum(of_right)) / (row.n - row.right)
    rest = 1 - r * r
    t = r * math.sqrt((row.n - 2) / rest) if rest > 0 else math.inf
    return replace(
        row,
        link=Link.NONE,
        r=r,
        interval=correlation_interval(r, row.n),
        chance=t_outside(t, row.n - 2),
        gap=gap / _EXACT,
    )
