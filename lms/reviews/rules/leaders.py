"""Leaderboards: only the top is shown, one's own place to oneself alone, and whoever opted out is nobody. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

FEWEST = 5
"""In a smaller group there is no leaderboard: everybody would know who is last."""
MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """place: from 1; equal figures (two decimals) share it."""

    place: int
    person_id: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """shown: the top. n: how many take part. own: the place of whoever looks, for their eyes; None = takes no part.

    too_few: the group is too small for a leaderboard, so nothing is shown.
    """

    shown: tuple[Place, ...]
    n: int
    own: Place | None
    too_few: bool


def limit(n: int) -> int:
    """Return how many of a group are shown at most: ten, or a third where that is less."""
    return min(MOST, n // 3)


def board(values: Mapping[int, float], opted_out: Collection[int], me: int) -> Board:
    """Return the leaderboard of a group. values: the figure of each, more is better.

    Who opted out is left out before anything is counted, so ranks close up. People with the same figure are shown
    together or not at all; nobody with a figure of nothing is shown.
    """
    taking = {person: round(value, 2) for person, value in values.items() if person not in opted_out}
    if len(taking) < FEWEST:
        return Board(shown=(), n=len(taking), own=None, too_few=True)
    order = sorted(taking, key=lambda person: (-taking[person], person))
    places: list[Place] = []
    for at, person in enumerate(order, start=1):
        same = places and places[-1].value == taking[person]
        places.append(Place(place=places[-1].place if same else at, person_id=person, value=taking[person]))
    at_most = limit(len(places))
    border = places[at_most].value
    shown = tuple(each for each in places[:at_most] if each.value != border and each.value > 0)
    return Board(
        shown=shown, n=len(places), own=next((each for each in places if each.person_id == me), None), too_few=False
    )
