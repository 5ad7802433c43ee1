"""What the best agents wrote at the same place: shown without a name, and only where several people wrote. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

LEAST_PEOPLE = 3
"""Other people who wrote there, before anything of theirs is shown: nobody is to be guessed."""
SHOWN = 2
"""Of these replies at most, so that they are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One free reply of another person. points: of all dimensions together."""

    person_id: int
    text: str
    points: int


def best_written(others: Iterable[Written], than: int) -> tuple[str, ...]:
    """Return the replies that earned most, one of each person, the best first; only those that earned more than `than`.

    () where fewer than LEAST_PEOPLE wrote there at all.
    """
    best: dict[int, Written] = {}
    for each in others:
        kept = best.get(each.person_id)
        if kept is None or each.points > kept.points:
            best[each.person_id] = each
    if len(best) < LEAST_PEOPLE:
        return ()
    better = sorted((each for each in best.values() if each.points > max(than, 0)), key=lambda each: -each.points)
    return tuple(dict.fromkeys(" ".join(each.text.split()) for each in better))
