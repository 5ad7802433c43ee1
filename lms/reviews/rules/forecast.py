"""Where a line of months leads: the straight line through them, with the interval of a new point on it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lms.core.stats import CONFIDENCE, mean, t_quantile

FEWEST = 3
"""Months below which nothing is foretold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is expected. low, high: where a single new point lies with 95 %, within what the figure can be."""

    value: float
    low: float
    high: float
    error: float


def forecast(
    points: Sequence[tuple[float, float]],
    at: float,
    *,
    low: float | None = None,
    high: float | None = None,
    confidence: float = CONFIDENCE,
) -> Forecast | None:
    """Return the value of the least-squares line at `at`, None for fewer than FEWEST points or all at one place.

    The interval is that of a new observation (Kutner et al. 2005, 2.5): error × sqrt(1 + 1/n + (at - mean)² / Sxx)
    with n - 2 degrees of freedom. low, high: what the figure can be at all.
    """
    n = len(points)
    if n < FEWEST:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    middle, level = mean(xs), mean(ys)
    wide = math.fsum((x - middle) ** 2 for x in xs)
    if wide <= 0:
        return None
    slope = math.fsum((x - middle) * (y - level) for x, y in points) / wide
    rest = math.fsum((y - level - slope * (x - middle)) ** 2 for x, y in points) / (n - 2)
    error = math.sqrt(rest * (1 + 1 / n + (at - middle) ** 2 / wide))
    value = level + slope * (at - middle)
    reach = t_quantile((1 + confidence) / 2, n - 2) * error

    def within(number: float) -> float:
        number = max(number, low) if low is not None else number
        return min(number, high) if high is not None else number

    return Forecast(value=within(value), low=within(value - reach), high=within(value + reach), error=error)
