"""Who is missing when each person counts once, and what fills the gap first. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

MOST_SKILLS = 6
"""Skills of one plan; every set of them is looked at."""


def staffed(needs: Sequence[int], able: Iterable[Collection[int]]) -> int:
    """Return how many of the needed places can be filled at once, where nobody fills two.

    needs: people by skill. able: for each person the places of the skills that they have. By the theorem of König: of
    every set of skills no more can be filled than there are people who have one of them.
    """
    kinds: dict[frozenset[int], int] = {}
    for skills in able:
        key = frozenset(skills)
        kinds[key] = kinds.get(key, 0) + 1
    places = range(len(needs))
    best = sum(needs)
    for size in range(1, len(needs) + 1):
        for chosen in combinations(places, size):
            inside = set(chosen)
            people = sum(count for skills, count in kinds.items() if skills & inside)
            best = min(best, people + sum(needs[place] for place in places if place not in inside))
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """People of one intake who will be certified by a day, in so many working days from today."""

    cohort_id: int
    name: str
    people: int
    ready_on: date
    workdays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """How a gap is closed: so many by training again, so many of each intake in time, the rest from outside.

    late: intakes that get ready after the day on which they are needed; they fill nothing.
    """

    gap: int
    again: int
    intakes: tuple[tuple[Coming, int], ...]
    recruit: int
    late: tuple[Coming, ...] = ()


def fill(gap: int, again: int, coming: Sequence[Coming], by: date) -> Fill:
    """Fill a gap with what is quickest: a refresher, then who is being trained, the first who is ready first.

    gap, again: people ≥ 0. again: who worked before and lacks one thing. by: the day on which all are needed.
    """
    left = gap
    from_again = min(left, again)
    left -= from_again
    taken = []
    in_time = sorted((each for each in coming if each.ready_on <= by), key=lambda each: (each.ready_on, each.cohort_id))
    for each in in_time:
        count = min(left, each.people)
        if count:
            taken.append((each, count))
        left -= count
    late = tuple(each for each in coming if each.ready_on > by)
    return Fill(gap=gap, again=from_again, intakes=tuple(taken), recruit=left, late=late)


def by_hours(shifts: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Return how many people are there in each hour of a day. shifts: (starts, ends) in minutes, ends > 1440 = beyond
    midnight; whoever is there for at least half of an hour counts for it, and hours beyond midnight for their own day.
    """
    found = [0] * 24
    for starts, ends in shifts:
        for hour in range(24):
            covered = min(ends, hour * 60 + 60) - max(starts, hour * 60)
            over = min(ends - 1440, hour * 60 + 60) - hour * 60
            found[hour] += max(covered, over) >= 30
    return tuple(found)


def spans(hours: Sequence[int]) -> list[tuple[int, int]]:
    """Return hours that follow each other as (first, end): 10, 11, 20 become (10, 12), (20, 21). hours: rising."""
    found: list[tuple[int, int]] = []
    for hour in hours:
        if found and found[-1][1] == hour:
            found[-1] = (found[-1][0], hour + 1)
        else:
            found.append((hour, hour + 1))
    return found
