"""The mood of a customer over a conversation as a line, for an SVG drawn by the server. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.drills.spec import MOST_MOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One mood in units of the picture, y counted from the top. seq: the event that brought it, 0 for the start."""

    x: float
    y: float
    mood: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """points: at least one. limits: heights at which the customer says more, with the mood each stands for."""

    points: tuple[Point, ...]
    limits: tuple[tuple[float, int], ...] = ()

    @property
    def line(self) -> str:
        """The points as SVG writes them."""
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)

    @property
    def lowest(self) -> int:
        return min(point.mood for point in self.points)


def curve(
    moods: Sequence[tuple[int, int]], limits: Sequence[int] = (), *, width: float, height: float, edge: float = 6
) -> Curve | None:
    """Return the line of a mood. moods: event and mood, the start first; () gives None. edge: left free all around."""
    if not moods:
        return None
    apart = (width - 2 * edge) / max(len(moods) - 1, 1)
    return Curve(
        points=tuple(
            Point(x=round(edge + place * apart, 2), y=_height(mood, height, edge), mood=mood, seq=seq)
            for place, (seq, mood) in enumerate(moods)
        ),
        limits=tuple((_height(limit, height, edge), limit) for limit in sorted(set(limits))),
    )


def _height(mood: int, height: float, edge: float) -> float:
    return round(edge + (height - 2 * edge) * (1 - mood / MOST_MOOD), 2)
