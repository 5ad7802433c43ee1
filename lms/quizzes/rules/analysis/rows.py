"""What an analysis is made from: the attempts that count, and their answers counted by group.

An answer's group is its question's version, what was answered and earned, the band of the attempt's score and its slice
of time. Within a group the points are the same, so every sum that a correlation needs is whole and exact.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.core.points import Points
from lms.questions.rules.answers import Answer

MILLION = 1_000_000
KELLEY = 27  # percent: the groups that tell most, where scores are normal (Kelley 1939)
THIRD = 33
SLICES = 8
"""Parts of equal size into which the attempts are cut by time, to see what changed from one day on."""
LOWEST, LOW, MIDDLE, HIGH, HIGHEST = range(5)
"""Bands: the lower 27 %, up to the lower third, the middle, from the upper third, the upper 27 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An attempt that counts. earned, possible: 1/27,720 point. seconds: from its start to its end."""

    attempt_id: int
    person_id: int
    earned: Points
    possible: Points
    passed: bool | None
    seconds: int
    submitted_at: datetime

    @property
    def score(self) -> int:
        """The share of the points in millionths, rounded down: as the database divides whole numbers."""
        return self.earned * MILLION // self.possible if self.possible else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many gave this answer to this version of a question, in one band and slice. answer: None = left out.

    earned, points: of each of these answers; possible: of their papers. total, squares: sums over their papers of
    what these earned altogether, and of its square.
    """

    sha: bytes
    part_id: int
    answer: Answer
    points: Points
    earned: Points
    possible: Points
    band: int
    slice: int
    count: int
    total: int
    squares: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Scores in millionths: bands begin and end there. People with the same score stay together."""

    lowest: int  # at most this: the lower 27 %
    low: int
    high: int
    highest: int  # at least this: the upper 27 %


def cuts_of(scores: Sequence[int]) -> Cuts | None:
    """Return the cuts; None where no two groups can be told apart, because everybody has about the same score."""
    if len(scores) < 2:
        return None
    ordered = sorted(scores)

    def below(percent: int) -> int:
        return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]

    def above(percent: int) -> int:
        return ordered[-max(1, -(-len(ordered) * percent // 100))]

    cuts = Cuts(lowest=below(KELLEY), low=below(THIRD), high=above(THIRD), highest=above(KELLEY))
    return cuts if cuts.low < cuts.high else None


def band_of(score: int, cuts: Cuts | None) -> int:
    """Return the band of a score; everybody is in the middle where there are no cuts."""
    if cuts is None:
        return MIDDLE
    if score <= cuts.low:
        return LOWEST if score <= cuts.lowest else LOW
    if score >= cuts.high:
        return HIGHEST if score >= cuts.highest else HIGH
    return MIDDLE


def slices_of(times: Sequence[datetime]) -> tuple[datetime, ...]:
    """Return when each slice but the first begins, rising: at most SLICES - 1 instants, none twice."""
    ordered = sorted(times)
    starts = {ordered[len(ordered) * number // SLICES] for number in range(1, SLICES)} if ordered else set()
    return tuple(sorted(start for start in starts if start > ordered[0]))


def slice_of(at: datetime, starts: Sequence[datetime]) -> int:
    """Return in which slice an instant lies, from 0."""
    return bisect_right(starts, at)
