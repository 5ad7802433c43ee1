"""What changed between two texts, line by line and inside a line by word; a Chinese character is a word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from rapidfuzz import fuzz

from lms.core.lines import split_lines

CONTEXT = 3  # unchanged lines shown on each side of a change
_ALIKE = 50  # of 100: below this two lines are no versions of each other
_MANY = 4_000_000  # pairs of lines; more than this is compared as one block
_PAIRS = 2_500  # pairs of lines of one block that are tried against each other
_LONG = 1_500  # tokens of a line; a longer one is shown as changed as a whole

_TOKEN = re.compile(
    r"[A-Za-z\d_\u00c0-\u024f]+"  # a word of letters and digits
    r"|[ \t]+"
    r"|[^A-Za-z\d_\u00c0-\u024f \t]"  # a Chinese character, a punctuation mark
)


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
    """One line of the comparison. old, new: line numbers from 1, None where the line is not in that version."""

    change: Change
    old: int | None = None
    new: int | None = None
    pieces: tuple[Piece, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """added, removed: lines; a rewritten line counts in both."""

    rows: tuple[Row, ...]
    added: int
    removed: int

    @property
    def is_same(self) -> bool:
        return not self.added and not self.removed


def compare(old: str, new: str, *, context: int | None = CONTEXT) -> Comparison:
    """Return what changed from one text to the other. context: unchanged lines around a change; None = all of them.

    Line ends do not count: a file that only went from CRLF to LF is the same text.
    """
    before, after = split_lines(old), split_lines(new)
    rows = list(_rows(before, after))
    return Comparison(
        rows=tuple(rows if context is None else _shortened(rows, context)),
        added=sum(row.change is Change.ADDED for row in rows),
        removed=sum(row.change is Change.REMOVED for row in rows),
    )


def tokens(line: str) -> list[str]:
    """Return the words of a line, Chinese ones character by character; joined they are the line."""
    return _TOKEN.findall(line)


def blocks(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Return difflib's opcodes of two lists of lines; what both begin and end with costs nothing."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    found: list[tuple[str, int, int, int, int]] = [("equal", 0, head, 0, head)] if head else []
    if len(old) * len(new) > _MANY:
        found.append(("replace", head, head + len(old), head, head + len(new)))
    else:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        found += [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in matcher.get_opcodes()]
    if tail:
        found.append(("equal", len(before) - tail, len(before), len(after) - tail, len(after)))
    return found


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    for tag, first, last, start, end in blocks(before, after):
        if tag == "equal":
            for offset in range(last - first):
                yield Row(
                    change=Change.SAME,
                    old=first + offset + 1,
                    new=start + offset + 1,
                    pieces=(Piece(before[first + offset]),),
                )
            continue
        pairs = dict(_pairs(before[first:last], after[start:end]))
        marked = {old: _marked(before[first + old], after[start + new]) for old, new in pairs.items()}
        added = {new: marked[old][1] for old, new in pairs.items()}
        # Old lines first, then new ones, but a rewritten line stands next to what it was.
        shown = start
        for index in range(last - first):
            if index in pairs:
                yield from _new(after, added, start, shown, start + pairs[index])
                shown = start + pairs[index]
            pieces = marked[index][0] if index in marked else (Piece(before[first + index], changed=True),)
            yield Row(change=Change.REMOVED, old=first + index + 1, pieces=pieces)
            if index in pairs:
                yield from _new(after, added, start, shown, shown + 1)
                shown += 1
        yield from _new(after, added, start, shown, end)


def _new(after: Sequence[str], marked: dict[int, tuple[Piece, ...]], start: int, first: int, end: int) -> Iterator[Row]:
    for index in range(first, end):
        pieces = marked.get(index - start, (Piece(after[index], changed=True),))
        yield Row(change=Change.ADDED, new=index + 1, pieces=pieces)


def _pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return which old line became which new one, in order: the alignment of the greatest likeness."""
    if not old or not new:
        return []
    if len(old) * len(new) > _PAIRS:
        return [(n, n) for n in range(min(len(old), len(new))) if fuzz.ratio(old[n], new[n]) >= _ALIKE]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[fuzz.ratio(one, other) if one.strip() and other.strip() else 0.0 for other in new] for one in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            both = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    found = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] >= _ALIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _marked(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    one, other = tokens(old), tokens(new)
    if len(one) > _LONG or len(other) > _LONG:
        return (Piece(old, changed=True),), (Piece(new, changed=True),)
    before: list[Piece] = []
    after: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        same = tag == "equal"
        if b > a:
            before.append(Piece("".join(one[a:b]), changed=not same))
        if d > c:
            after.append(Piece("".join(other[c:d]), changed=not same))
    return tuple(before), tuple(after)


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
