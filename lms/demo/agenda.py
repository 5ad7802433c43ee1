"""Everything that happens in the story, in the order of its moments, whoever does it.

A script is one person's run of acts: it acts, yields the moment at which it goes on, acts again. The clock stands at
each act's moment, so the log of the sample company runs forward as a real one does.
"""

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from heapq import heappop, heappush

from lms.core import clock

Script = Generator[datetime, None, None]


class Agenda:
    """Scripts by the moment at which each goes on; of the same moment, the one that was added first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Script]] = []
        self._added = 0

    def add(self, begins: datetime, script: Script) -> None:
        """Note that a script begins at that moment. While the agenda runs, a script may add others."""
        heappush(self._waiting, (begins, self._added, script))
        self._added += 1

    def once(self, at: datetime, act: Callable[[], object]) -> None:
        """Note one act without a sequel."""
        self.add(at, _single(act))

    def run(self) -> None:
        """Run every script to its end, each act with the clock at its moment. A moment that is past counts as now."""
        while self._waiting:
            moment, number, script = heappop(self._waiting)
            with clock.frozen(moment):
                goes_on = next(script, None)
            if goes_on is not None:
                heappush(self._waiting, (max(goes_on, moment), number, script))


def _single(act: Callable[[], object]) -> Script:
    act()
    yield from ()


def later(minutes: float) -> datetime:
    """Return the moment so many minutes from now."""
    return clock.now() + timedelta(minutes=minutes)
