"""The figures of a real desk for a run: first response, average response, resolution, 串窗. Pure.

As the desks of the platforms count them (docs/drills.md names where each definition comes from): a response is timed
from the earliest message that was not answered yet, so a customer who had to ask twice has waited all the time. The
time in which a customer types does not count.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.core.folding import folded
from lms.drills.rules.lanes import Happened, Kind
from lms.drills.rules.play import End
from lms.drills.spec import DrillSpec

_NUMBER = re.compile(r"\d{4,}")
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneDesk:
    """One conversation. first_ms, waits_ms: milliseconds that the customer waited for the first reply, for each one.

    first_ms: None where he never got one. late: how often a clock ran out. crossed: `seq` of replies that were meant
    for another customer. resolved: it ended well.
    """

    first_ms: int | None
    waits_ms: tuple[int, ...]
    late: int
    crossed: tuple[int, ...]
    resolved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A run. first_ms: mean over the customers who got a reply; average_ms: mean over all replies; None without any.

    resolved, of: customers whose conversation ended well, of all. crossed: replies to the wrong customer.
    """

    lanes: tuple[LaneDesk, ...]
    first_ms: int | None
    average_ms: int | None
    resolved: int
    of: int
    late: int
    crossed: int


def desk(drills: Sequence[DrillSpec], happened: Sequence[tuple[int, Happened]], ends: Sequence[End | None]) -> Desk:
    """Return the figures of a run. happened: its events with their `seq`; ends: how each conversation ended."""
    own = [names_of(drill) for drill in drills]
    lanes = tuple(
        _lane(number, [each for each in happened if each[1].lane == number], own, end)
        for number, end in enumerate(ends)
    )
    firsts = [each.first_ms for each in lanes if each.first_ms is not None]
    waits = [wait for each in lanes for wait in each.waits_ms]
    return Desk(
        lanes=lanes,
        first_ms=sum(firsts) // len(firsts) if firsts else None,
        average_ms=sum(waits) // len(waits) if waits else None,
        resolved=sum(each.resolved for each in lanes),
        of=len(lanes),
        late=sum(each.late for each in lanes),
        crossed=sum(len(each.crossed) for each in lanes),
    )


def names_of(drill: DrillSpec) -> frozenset[str]:
    """Return what tells this customer from another: the name, and the numbers of four digits and more on the cards."""
    cards = [value for scene in drill.scenes for bubble in scene.bubbles for _, value in bubble.card]
    numbers = {number for value in cards for number in _NUMBER.findall(folded(value))}
    return frozenset(numbers | ({folded(drill.customer.name)} if drill.customer.name else set()))


def is_crossed(said: str, number: int, own: Sequence[frozenset[str]]) -> bool:
    """Say whether a reply names what belongs to another customer alone, and nothing of the one to whom it was sent."""
    words = folded(said)
    if any(_names(words, each) for each in own[number]):
        return False
    others = {each for lane, names in enumerate(own) if lane != number for each in names} - own[number]
    return any(_names(words, each) for each in others)


def _names(words: str, name: str) -> bool:
    if not name.isdigit():
        return name in words
    return name in _NUMBER.findall(words)


def _lane(
    number: int, happened: Sequence[tuple[int, Happened]], own: Sequence[frozenset[str]], end: End | None
) -> LaneDesk:
    waits = tuple(_waits(fact for _, fact in happened))
    return LaneDesk(
        first_ms=waits[0] if waits else None,
        waits_ms=waits,
        late=sum(fact.kind is Kind.TIMEOUT for _, fact in happened),
        crossed=tuple(seq for seq, fact in happened if fact.kind is Kind.TEXT and is_crossed(fact.text, number, own)),
        resolved=end is End.PASS,
    )


def _waits(happened: Iterator[Happened]) -> Iterator[int]:
    """Yield how long each reply was waited for: from the earliest message that was not answered before it."""
    since: datetime | None = None
    for fact in happened:
        if fact.milliseconds is None:
            continue
        started = fact.at - timedelta(milliseconds=fact.milliseconds)
        if fact.kind is Kind.TIMEOUT:
            since = since or started
        elif fact.kind in (Kind.CHOICE, Kind.TEXT):
            yield (fact.at - (since or started)) // _MS
            since = None
