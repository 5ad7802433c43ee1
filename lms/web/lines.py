"""Geometry of line charts: values with their intervals in, places of an SVG out. Pure; the axis need not begin at 0."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 420, 150
"""Of the picture in its own units; it grows with the page up to this and beyond never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One value at its place along the picture, 0..1. low, high: its interval; None = it has none."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """Where a mark stands, in units of the picture, y from the top. top, foot: ends of its interval."""

    x: float
    y: float
    top: float | None
    foot: float | None
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through its dots. kind: the class by which it is drawn. band: the area of its intervals, "" for none."""

    kind: str
    path: str
    dots: tuple[Dot, ...]
    band: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A picture. ticks: (y, value) of the axis. labels: (x, words) below."""

    width: int
    height: int
    ticks: tuple[tuple[float, float], ...]
    labels: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Return some round numbers, 1, 2 or 5 times a power of ten apart, the first at or below low, the last above."""
    if high <= low:
        low, high = low - 1, high + 1
    rough = (high - low) / max(about, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(number * step, 10) for number in range(first, last + 1)]


def lines(
    series: Sequence[tuple[str, Sequence[Mark]]],
    labels: Sequence[tuple[float, str]],
    *,
    more: Iterable[float] = (),
    low: float | None = None,
    high: float | None = None,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> Lines | None:
    """Return the picture of some lines, each (kind, marks); None where there is nothing to draw.

    more: values that have to be seen too, as a target. low, high: what the axis never passes, as 0 and 100 of percents.
    """
    values = [
        value
        for _, marks in series
        for mark in marks
        for value in (mark.value, mark.low, mark.high)
        if value is not None
    ]
    if not values:
        return None
    values += more
    least = max(min(values), low) if low is not None else min(values)
    most = min(max(values), high) if high is not None else max(values)
    every = [tick for tick in ticks(least, most) if (low is None or tick >= low) and (high is None or tick <= high)]
    bottom, top = min([least, *every]), max([most, *every])
    span = (top - bottom) or 1.0

    def place(value: float | None) -> float | None:
        return None if value is None else round(height * (1 - (min(max(value, bottom), top) - bottom) / span), 2)

    drawn = []
    for kind, marks in series:
        dots = tuple(
            Dot(
                x=round(width * mark.at, 2),
                y=place(mark.value) or 0.0,
                top=place(mark.high),
                foot=place(mark.low),
                value=mark.value,
            )
            for mark in marks
        )
        path = "M" + " ".join(f"{dot.x:g} {dot.y:g}" for dot in dots) if dots else ""
        drawn.append(Line(kind=kind, path=path, dots=dots, band=_band(dots)))
    return Lines(
        width=width,
        height=height,
        ticks=tuple((place(tick) or 0.0, tick) for tick in every),
        labels=tuple((round(width * at, 2), words) for at, words in labels),
        lines=tuple(drawn),
    )


def _band(dots: Sequence[Dot]) -> str:
    known = [dot for dot in dots if dot.top is not None and dot.foot is not None]
    if len(known) < 2:
        return ""
    above = [f"{dot.x:g} {dot.top:g}" for dot in known]
    below = [f"{dot.x:g} {dot.foot:g}" for dot in reversed(known)]
    return "M" + " ".join([*above, *below]) + "z"
