"""Rows of a card, numbered so that their fields have names: options, steps, lines of a checklist. Pure."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from lms.content.form import Values

MOST = 200  # rows that are read of one card


class Numbered(Protocol):
    @property
    def number(self) -> int: ...


R = TypeVar("R", bound=Numbered)


def row_names(values: Values) -> tuple[str, ...]:
    """Return the numbers of the rows that were sent, in their order, each once."""
    names = dict.fromkeys(values.getlist("row")[:MOST])
    return tuple(name for name in names if name.isascii() and name.isdigit() and len(name) < 7)


def next_number(rows: Sequence[Numbered]) -> int:
    """Return the number of a row that is added."""
    return max((row.number for row in rows), default=0) + 1


def arranged(rows: Sequence[R], verb: str, name: str) -> tuple[R, ...]:
    """Return the rows after `row-drop`, `row-up` or `row-down` of the one with this number; else as they are."""
    made = list(rows)
    place = next((place for place, row in enumerate(made) if str(row.number) == name), None)
    if place is None:
        return tuple(made)
    if verb == "row-drop":
        del made[place]
    elif verb in ("row-up", "row-down"):
        other = place + (-1 if verb == "row-up" else 1)
        if 0 <= other < len(made):
            made[place], made[other] = made[other], made[place]
    return tuple(made)
