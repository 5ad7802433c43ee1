"""Two people changed one text: what both did, put together where they did not touch the same lines."""

from collections.abc import Sequence

from lms.content.rules.compare import blocks
from lms.core.lines import split_keeping_ends


def merge(base: str, mine: str, theirs: str) -> str | None:
    """Return the base with both changes in it, byte for byte; None where both changed the same place otherwise.

    Lines that stand side by side count as the same place: an answer and its explanation belong together.
    """
    lines = split_keeping_ends(base)
    ours = _changes(lines, split_keeping_ends(mine))
    others = _changes(lines, split_keeping_ends(theirs))
    merged: list[str] = []
    place = 0
    while ours or others:
        if ours and others and _touch(ours[0], others[0]):
            if ours[0] != others[0]:
                return None
            others.pop(0)
        first = ours if ours and (not others or ours[0][0] <= others[0][0]) else others
        start, end, new = first.pop(0)
        merged += lines[place:start]
        merged += new
        place = end
    merged += lines[place:]
    return "".join(merged)


def _changes(base: Sequence[str], changed: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    return [
        (first, last, list(changed[start:end]))
        for tag, first, last, start, end in blocks(base, changed)
        if tag != "equal"
    ]


def _touch(one: tuple[int, int, list[str]], other: tuple[int, int, list[str]]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
