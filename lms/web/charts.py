"""Geometry of charts: numbers in, places of bars out, for an SVG drawn by the server. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar in units of the picture, y counted from the top. value: what it stands for."""

    x: float
    y: float
    width: float
    height: float
    value: float


def columns(
    values: Sequence[float], *, width: float, height: float, most: float | None = None, gap: float = 0.3
) -> tuple[Bar, ...]:
    """Return upright bars side by side that fill the width; the greatest value, or `most`, fills the height.

    gap: share of a place that stays empty. What is more than nothing is at least a line of 1 to be seen.
    """
    if not values:
        return ()
    top = max(most if most is not None else 0, *values, 0) or 1
    place = width / len(values)
    found = []
    for number, value in enumerate(values):
        tall = max(1.0, height * value / top) if value > 0 else 0.0
        found.append(
            Bar(
                x=round(number * place + place * gap / 2, 2),
                y=round(height - tall, 2),
                width=round(place * (1 - gap), 2),
                height=round(tall, 2),
                value=value,
            )
        )
    return tuple(found)


def length(value: float, most: float, *, width: float = 100) -> float:
    """Return how long the lying bar of a value is, where the greatest fills the width. At least 1 for more than 0."""
    if value <= 0 or most <= 0:
        return 0.0
    return round(max(1.0, width * min(value, most) / most), 2)


def ceiling(value: float) -> int:
    """Return the round number at or above a value that an axis ends with: 1, 2 or 5 times a power of ten."""
    if value <= 1:
        return 1
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power >= value:
                return step * power
        power *= 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line of a picture as SVG paths: the line itself, the area below it; x, y: where it ends."""

    line: str
    area: str
    x: float
    y: float


def curve(points: Sequence[tuple[float, float]], *, width: float, height: float, span: float, most: float) -> Curve:
    """Return the line through some points, at least one. span: what fills the width; most: what fills the height."""
    places = [
        (
            round(width * at / span, 2) if span else 0.0,
            round(height - height * min(max(value, 0), most) / most, 2) if most else height,
        )
        for at, value in points
    ]
    line = "M" + " ".join(f"{x:g} {y:g}" for x, y in places)
    return Curve(
        line=line,
        area=f"{line}V{height:g}H{places[0][0]:g}z",
        x=places[-1][0],
        y=places[-1][1],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a waterfall, in units of 100: it begins where the one before ended.

    got: what it brought; lost: what it could have brought besides; end: where the next begins.
    """

    start: float
    got: float
    lost: float
    end: float


def waterfall(parts: Sequence[tuple[float, float]]) -> tuple[Step, ...]:
    """Return the steps of parts that add up to at most 100. parts: (what it brought, the most it can bring)."""
    found = []
    start = 0.0
    for brought, most in parts:
        got = min(max(brought, 0.0), 100 - start)
        lost = min(max(most - brought, 0.0), 100 - start - got)
        end = start + got
        found.append(Step(start=round(start, 2), got=round(got, 2), lost=round(lost, 2), end=round(end, 2)))
        start = end
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A line of values over time in units of the picture. line: points of a polyline; dots: its points, in order.

    levels: the height of each level line. low, high: which values lie at the bottom and the top.
    """

    line: str
    dots: tuple[tuple[float, float], ...]
    levels: tuple[float, ...]
    low: float
    high: float


def track(
    points: Sequence[tuple[float, float]],
    *,
    left: float,
    right: float,
    top: float,
    bottom: float,
    levels: Sequence[float] = (),
    low: float | None = None,
    high: float | None = None,
) -> Track:
    """Return the line through some points, at least one, so that all of them and all level lines fit in.

    points: (where it lies in time, 0 to 1; the value). low, high: what the picture shows at least. A flat line lies in
    the middle.
    """
    values = [value for _, value in points]
    least = min(*values, *levels, *([] if low is None else [low]), values[0])
    most = max(*values, *levels, *([] if high is None else [high]), values[0])

    def height(value: float) -> float:
        if most == least:
            return round((top + bottom) / 2, 2)
        return round(bottom - (bottom - top) * (value - least) / (most - least), 2)

    dots = tuple((round(left + (right - left) * at, 2), height(value)) for at, value in points)
    return Track(
        line=" ".join(f"{x:g},{y:g}" for x, y in dots),
        dots=dots,
        levels=tuple(height(value) for value in levels),
        low=least,
        high=most,
    )
