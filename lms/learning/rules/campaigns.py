"""Who is ready for a peak, and since when. Pure: parts and days in, counts out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

OCCASION = "campaign:"
"""What the occasion of a campaign's duties begins with: `campaign:12`."""

LONGEST_NAME = 80
MOST_PARTS = 40


def occasion_of(campaign_id: int) -> str:
    return f"{OCCASION}{campaign_id}"


class State(StrEnum):
    DRAFT = "draft"
    PREPARING = "preparing"  # given out, the promotion has not begun
    RUNNING = "running"
    OVER = "over"


def state_of(kept: str, starts_on: date, ends_on: date, today: date) -> State:
    """Return how a campaign stands on a day; `kept` is the state that was written: draft | running | over."""
    if kept != "running":
        return State(kept)
    if today > ends_on:
        return State.OVER
    return State.RUNNING if today >= starts_on else State.PREPARING


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How one person stands with one part. on: the day it was done; exempt counts as done from the start."""

    on: date | None
    exempt: bool = False

    @property
    def settled(self) -> bool:
        return self.exempt or self.on is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person of a campaign and each part by its document. A part that nobody gave them does not hold them up."""

    person_id: int
    parts: Mapping[int, Done]

    @property
    def is_ready(self) -> bool:
        return bool(self.parts) and all(part.settled for part in self.parts.values())

    @property
    def left(self) -> int:
        return sum(not part.settled for part in self.parts.values())

    def ready_on(self, start: date) -> date | None:
        """Return the day on which the last part was done, not before `start`; None while something is missing."""
        if not self.is_ready:
            return None
        return max((part.on for part in self.parts.values() if part.on is not None), default=start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Of so many people so many are ready; `needed`: how many it takes, None where nobody has said."""

    ready: int
    people: int
    needed: int | None

    @property
    def missing(self) -> int:
        """How many are still to get ready: up to those who are needed, else up to all."""
        return max(0, (self.people if self.needed is None else self.needed) - self.ready)

    @property
    def beyond_reach(self) -> int:
        """How many are needed beyond all who take part: people to be found, not taught."""
        return max(0, (self.needed or 0) - self.people)


def readiness(members: Iterable[Member], needed: int | None) -> Readiness:
    everybody = list(members)
    return Readiness(ready=sum(member.is_ready for member in everybody), people=len(everybody), needed=needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    ready: int


def by_day(members: Iterable[Member], start: date, until: date) -> Sequence[Day]:
    """Return how many were ready at the end of each day from `start` to `until`, both included; it never falls."""
    fresh = Counter(max(on, start) for member in members if (on := member.ready_on(start)) is not None)
    found, total = [], 0
    for offset in range((until - start).days + 1):
        day = start + timedelta(days=offset)
        total += fresh[day]
        found.append(Day(day=day, ready=total))
    return found


def open_by_part(members: Iterable[Member]) -> Mapping[int, int]:
    """Return for how many people each part is still open, by document."""
    return Counter(document_id for member in members for document_id, part in member.parts.items() if not part.settled)
