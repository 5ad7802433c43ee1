"""When answers may be seen: five at once, so that no view, and no two views, single one out. Pure.

An answer enters the results only with a batch of at least FEWEST of the same document. Every figure ever shown (of all
answers, of a revision, of a quarter, of a team of answers that bear names; today's and yesterday's) is a sum over whole
batches. So is whatever can be reckoned from such figures by adding and taking away: a batch is the smallest thing that
can be isolated, and it holds at least FEWEST people.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

FEWEST = 5

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What answers that wait have in common. order: of revision and quarter, the newest has the greatest."""

    revision: int
    quarter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Generic[Key]):
    """An answer that no result holds yet."""

    key: Key
    cell: Cell


def batches(waiting: Sequence[Waiting[Key]], now: Cell) -> tuple[tuple[Key, ...], ...]:
    """Return the groups of waiting answers of one document that may be let into the results now.

    A revision in a quarter makes a group of its own as soon as it has five. What is left of revisions and quarters that
    nobody answers any more is put together from the oldest on, as soon as there are five of it; the rest waits. now:
    the revision and quarter that are answered at present.
    """
    cells: dict[Cell, list[Key]] = {}
    for each in waiting:
        cells.setdefault(each.cell, []).append(each.key)
    full = [tuple(keys) for cell, keys in sorted(cells.items(), key=_age) if len(keys) >= FEWEST]
    past = [
        key
        for cell, keys in sorted(cells.items(), key=_age)
        if len(keys) < FEWEST and _is_past(cell, now)
        for key in keys
    ]
    if len(past) >= FEWEST:
        full.append(tuple(past))
    return tuple(full)


def _age(entry: tuple[Cell, object]) -> tuple[str, int]:
    return entry[0].quarter, entry[0].revision


def _is_past(cell: Cell, now: Cell) -> bool:
    return cell.quarter < now.quarter or cell.revision < now.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A line of results. names: of the revisions or quarters whose answers it holds; several where they are mixed."""

    names: tuple[Any, ...]
    answers: frozenset[str]


def by(answers: Mapping[str, tuple[int, Any]]) -> tuple[Group, ...]:
    """Return answers by what their batches have in common. answers: batch and name by id.

    A batch is never divided: one that mixes two quarters stands with others that mix the same two.
    """
    names: dict[int, set[Any]] = {}
    for batch, name in answers.values():
        names.setdefault(batch, set()).add(name)
    groups: dict[tuple[Any, ...], set[str]] = {}
    for key, (batch, _) in answers.items():
        groups.setdefault(tuple(sorted(names[batch])), set()).add(key)
    return tuple(Group(names=label, answers=frozenset(groups[label])) for label in sorted(groups))
