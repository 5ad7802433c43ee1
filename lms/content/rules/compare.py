"""What changed between two texts: line by line, and inside a line by word. Bounded for whatever is compared."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import rjieba

from lms.content.rules.align import opcodes, pairs
from lms.core.lines import split_lines

CONTEXT = 3  # unchanged lines shown on each side of a change
_LONG = 20_000  # characters of a line; a longer one is shown as changed as a whole
_CHANCE = 2  # letters that two lines have in common by chance: between two changes they are part of the change
_MOVED = 6  # letters from which a line that is gone here and new there was moved

_CHARACTERS = re.compile(r"[A-Za-z\d_\u00c0-\u024f]+|[ \t]+|[^A-Za-z\d_\u00c0-\u024f \t]")


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"  # unchanged lines that are not shown; `count` of them


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line; changed: it differs from the other version."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the comparison. old, new: line numbers from 1, None where the line is not in that version.

    moved: where the same line stands in the other version, of a line that was only moved.
    """

    change: Change
    old: int | None = None
    new: int | None = None
    pieces: tuple[Piece, ...] = ()
    count: int = 0
    moved: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """added, removed: lines; a rewritten line counts in both, one that only moved in neither. moved: lines.

    left_out: rows that were not asked for.
    """

    rows: tuple[Row, ...]
    added: int
    removed: int
    moved: int = 0
    left_out: int = 0

    @property
    def is_same(self) -> bool:
        return not self.added and not self.removed and not self.moved

    @property
    def sides(self) -> tuple[tuple[Row | None, Row | None], ...]:
        """The rows side by side: the old one and the new one; a gap stands on both."""
        return tuple(_sides(self.rows))


def compare(old: str, new: str, *, context: int | None = CONTEXT, most: int | None = None) -> Comparison:
    """Return what changed from one text to the other. context: unchanged lines around a change; None = all of them.

    most: rows; what is more is counted in left_out. Line ends do not count: a file that only went from CRLF to LF is
    the same text.
    """
    before, after = split_lines(old), split_lines(new)
    rows = _with_moves(list(_rows(before, after)))
    shown = tuple(rows if context is None else _shortened(rows, context))
    return Comparison(
        rows=shown if most is None else shown[:most],
        added=sum(row.change is Change.ADDED and not row.moved for row in rows),
        removed=sum(row.change is Change.REMOVED and not row.moved for row in rows),
        moved=sum(row.change is Change.ADDED and row.moved is not None for row in rows),
        left_out=0 if most is None else max(0, len(shown) - most),
    )


def tokens(line: str) -> list[str]:
    """Return the words of a line; joined they are the line. Where they would not be, Chinese goes by character."""
    words: list[str] = rjieba.cut(line)
    return words if "".join(words) == line else _CHARACTERS.findall(line)


def marked(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both lines with what differs in them marked by word, readable rather than as short as can be."""
    if max(len(old), len(new)) > _LONG:
        return (Piece(old, changed=True),), (Piece(new, changed=True),)
    one, other = tokens(old), tokens(new)
    found = [(same, "".join(one[a:b]), "".join(other[c:d])) for same, a, b, c, d in opcodes(one, other)]
    before: list[Piece] = []
    after: list[Piece] = []
    for same, was, now in _without_confetti(found):
        if was:
            before.append(Piece(was, changed=not same))
        if now:
            after.append(Piece(now, changed=not same))
    return tuple(before), tuple(after)


def _without_confetti(found: Sequence[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    """Make a word that stays between two changes part of them, unless it is more than what changed around it."""
    kept: list[tuple[bool, str, str]] = []
    for place, (same, was, now) in enumerate(found):
        inside = 0 < place < len(found) - 1
        around = [sum(map(_letters, found[each][1:])) for each in (place - 1, place + 1)] if same and inside else []
        if around and _letters(was) <= min(_CHANCE, *around):
            same = False
        if kept and kept[-1][0] is same:
            kept[-1] = (same, kept[-1][1] + was, kept[-1][2] + now)
        else:
            kept.append((same, was, now))
    return kept


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    for same, first, last, start, end in opcodes(before, after):
        if same:
            for offset in range(last - first):
                yield Row(
                    change=Change.SAME,
                    old=first + offset + 1,
                    new=start + offset + 1,
                    pieces=(Piece(before[first + offset]),),
                )
            continue
        became = dict(pairs(before[first:last], after[start:end]))
        found = {old: marked(before[first + old], after[start + new]) for old, new in became.items()}
        added = {new: found[old][1] for old, new in became.items()}
        # Old lines first, then new ones, but a rewritten line stands next to what it was.
        shown = start
        for index in range(last - first):
            if index in became:
                yield from _new(after, added, start, shown, start + became[index])
                shown = start + became[index]
            pieces = found[index][0] if index in found else (Piece(before[first + index], changed=True),)
            yield Row(change=Change.REMOVED, old=first + index + 1, pieces=pieces)
            if index in became:
                yield from _new(after, added, start, shown, shown + 1)
                shown += 1
        yield from _new(after, added, start, shown, end)


def _new(
    after: Sequence[str], found: Mapping[int, tuple[Piece, ...]], start: int, first: int, end: int
) -> Iterator[Row]:
    for index in range(first, end):
        pieces = found.get(index - start, (Piece(after[index], changed=True),))
        yield Row(change=Change.ADDED, new=index + 1, pieces=pieces)


def _with_moves(rows: list[Row]) -> list[Row]:
    """Mark lines that are gone in one place and new, as they were, in another one."""

    def whole(row: Row, change: Change) -> str:
        text = "".join(piece.text for piece in row.pieces).strip() if row.change is change else ""
        return text if _letters(text) >= _MOVED else ""

    places: list[dict[str, int]] = []
    for change in (Change.REMOVED, Change.ADDED):
        found = [(text, place) for place, row in enumerate(rows) if (text := whole(row, change))]
        times = Counter(text for text, _ in found)
        places.append({text: place for text, place in found if times[text] == 1})
    moved = list(rows)
    for text, here in places[0].items():
        there = places[1].get(text)
        if there is not None:
            moved[here] = replace(rows[here], pieces=(Piece(text),), moved=rows[there].new)
            moved[there] = replace(rows[there], pieces=(Piece(text),), moved=rows[here].old)
    return moved


def _sides(rows: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    waiting: list[Row] = []
    for row in rows:
        if row.change is Change.REMOVED:
            waiting.append(row)
        elif row.change is Change.ADDED:
            yield (waiting.pop(0) if waiting else None), row
        else:
            yield from ((left, None) for left in waiting)
            waiting = []
            yield row, row
    yield from ((left, None) for left in waiting)


def _shortened(rows: Sequence[Row], context: int) -> Iterator[Row]:
    """Leave out unchanged lines that are far from every change; a gap of one line is shown as it is."""
    near = [False] * len(rows)
    for index, row in enumerate(rows):
        if row.change is not Change.SAME:
            for close in range(max(0, index - context), min(len(rows), index + context + 1)):
                near[close] = True
    hidden: list[Row] = []
    for index, row in enumerate(rows):
        if near[index]:
            yield from _gap(hidden)
            hidden = []
            yield row
        else:
            hidden.append(row)
    yield from _gap(hidden)


def _gap(hidden: Sequence[Row]) -> Iterator[Row]:
    if len(hidden) == 1:
        yield hidden[0]
    elif hidden:
        yield Row(change=Change.GAP, count=len(hidden))
