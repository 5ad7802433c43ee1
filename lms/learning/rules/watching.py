"""How much of a video somebody has seen: ranges in milliseconds, capped by the server's clock. Pure.

Credit is a bucket: each second on the server's clock earns two seconds of video (people watch at double speed), up
to MOST_CREDIT; what is accepted is taken out of it. So over any number of reports no more can be new than twice the
time that passed and one bucket, whatever a browser claims.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SPEED = 2
"""How many seconds of video one second on the server's clock may bring: the fastest speed that the player offers."""
GRACE = timedelta(seconds=15)
"""Credit of the first report: the page reports every ten seconds, and the report takes its time."""
MOST_CREDIT = timedelta(seconds=120)
"""Credit that is kept at most: a player that was offline goes on with what it has seen, an idle one earns nothing."""
MOST_RANGES = 400
"""Ranges that are kept; who jumps about more often loses the shortest ones."""
MOST_CLAIMED = 500
"""Ranges that one report may name."""
SLACK = 1_500
"""Milliseconds that may be missing at the end: the sound and the picture of a file are seldom of one length."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """watched: in order, not touching. clock: up to when the server's time is used up."""

    watched: tuple[Span, ...]
    clock: datetime


def merged(spans: Iterable[Sequence[int]], duration: int) -> tuple[Span, ...]:
    """Return the ranges in order, none touching another, none outside of 0 to duration."""
    found: list[list[int]] = []
    inside = ((max(0, int(start)), min(int(end), duration)) for start, end in spans)
    for start, end in sorted(span for span in inside if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return tuple((start, end) for start, end in found)


def total(spans: Iterable[Sequence[int]]) -> int:
    """Return the length of ranges that don't touch, in milliseconds."""
    return sum(end - start for start, end in spans)


def accept(seen: Seen, claimed: Iterable[Sequence[int]], *, duration: int, now: datetime) -> Seen:
    """Return what is seen after a report. What passes the credit is left out, its earliest parts count first.

    A player names all that it has played since it was opened: what is left out today counts with a later report.
    """
    before = merged(seen.watched, duration)
    after = merged([*before, *claimed], duration)
    start = max(seen.clock, now - MOST_CREDIT)
    credit = max(0, _milliseconds(now - start) * SPEED)
    new = _new_parts(before, after)
    taken: list[Span] = []
    left = credit
    for span in new:
        length = min(left, span[1] - span[0])
        if length > 0:
            taken.append((span[0], span[0] + length))
            left -= length
    watched = merged([*before, *taken], duration)
    if len(watched) > MOST_RANGES:
        longest = sorted(watched, key=lambda span: span[0] - span[1])[:MOST_RANGES]
        watched = tuple(sorted(longest))
    # Rounded up, so that half a millisecond is never earned twice.
    used = -(-(credit - left) // SPEED)
    return Seen(watched=watched, clock=max(seen.clock, start + timedelta(milliseconds=used)))


def begin(now: datetime) -> Seen:
    """Return what is seen when the first report of a person and a video comes in."""
    return Seen(watched=(), clock=now - GRACE)


def percent(watched: Iterable[Sequence[int]], duration: int) -> int:
    """Return how much is seen, 0 to 100, rounded down; 100 only where no more than SLACK is missing."""
    if duration <= 0:
        return 0
    have = total(merged(watched, duration))
    if have >= duration - _slack(duration):
        return 100
    return min(99, have * 100 // duration)


def still_to_watch(watched: Iterable[Sequence[int]], duration: int, needed: int) -> int:
    """Return the milliseconds that are missing of `needed` percent; 0 when it is reached."""
    have = total(merged(watched, duration))
    want = min(duration * needed // 100, duration - _slack(duration))
    return max(0, want - have)


def resume_at(position: int, duration: int) -> int:
    """Return where to go on, in milliseconds: 0 near the beginning and where it was watched to the end."""
    if position < 5_000 or position >= duration - max(5_000, duration // 50):
        return 0
    return position


def _slack(duration: int) -> int:
    return min(SLACK, duration // 10)


def _new_parts(before: Sequence[Span], after: Sequence[Span]) -> list[Span]:
    """Return what `after` has and `before` has not, in order; both in order, `before` inside of `after`."""
    found: list[Span] = []
    index = 0
    for start, end in after:
        at = start
        while index < len(before) and before[index][1] <= end:
            if before[index][0] > at:
                found.append((at, before[index][0]))
            at = max(at, before[index][1])
            index += 1
        if at < end:
            found.append((at, end))
    return found


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
