"""Calibration: how marks are spread by group, who stands out, how a lead's mean lies against all. Pure.

Quartiles are those of Tukey's box plot with linear interpolation (Hyndman and Fan's type 7, as spreadsheets use);
an outlier lies more than 1.5 spans between the quartiles beyond them. A group below five is too few for a box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from lms.reviews.rules.appraisal_forms import rounded

FEWEST = 5
"""Below so many marks a group shows its dots alone."""
REACH = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Of a group of marks: least and most within reach of the quartiles, the quartiles, the median."""

    low: float
    first: float
    median: float
    third: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a group's marks are spread. mean: None without a mark; against: the mean less the mean of all.

    marks: by whose they are. outliers: who lies beyond the reach; only where there is a box.
    """

    name: str
    marks: Mapping[int, float]
    mean: float | None
    against: float | None
    box: Box | None
    outliers: tuple[int, ...]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share (0 to 1) of the values lies, interpolated. values: at least one."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def spread(name: str, marks: Mapping[int, float], mean_of_all: float | None) -> Spread:
    values = list(marks.values())
    mean = fmean(values) if values else None
    box: Box | None = None
    outliers: tuple[int, ...] = ()
    if len(values) >= FEWEST:
        first, third = quantile(values, 0.25), quantile(values, 0.75)
        reach = REACH * (third - first)
        within = [value for value in values if first - reach <= value <= third + reach]
        box = Box(low=min(within), first=first, median=quantile(values, 0.5), third=third, high=max(within))
        outliers = tuple(who for who, value in sorted(marks.items()) if not first - reach <= value <= third + reach)
    return Spread(
        name=name,
        marks=dict(marks),
        mean=None if mean is None else rounded(mean),
        against=None if mean is None or mean_of_all is None else rounded(mean - mean_of_all),
        box=box,
        outliers=outliers,
    )


def spreads(groups: Mapping[str, Mapping[int, float]]) -> list[Spread]:
    """Return the spread of each group, by name, each against the mean of all marks of all groups."""
    everyone = [mark for marks in groups.values() for mark in marks.values()]
    mean_of_all = fmean(everyone) if everyone else None
    return [spread(name, marks, mean_of_all) for name, marks in sorted(groups.items())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The span of marks that a picture shows: round tens around all of them."""

    low: float
    high: float

    def x(self, value: float, width: float) -> float:
        """Return where a value lies in a picture of this width."""
        return round((value - self.low) / (self.high - self.low) * width, 1)


def axis(values: Sequence[float]) -> Axis:
    if not values:
        return Axis(low=0.0, high=100.0)
    low, high = 10 * int(min(values) // 10), 10 * int(-(-max(values) // 10))
    return Axis(low=float(low), high=float(max(high, low + 10)))
