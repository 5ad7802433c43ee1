"""Taking rows from one place of their lists to another, byte for byte.

What stands between two rows (an empty line, a comment) belongs to the place, not to the row: it stays. Numbers of an
ordered list belong to the place too.
"""

import re
from collections.abc import Sequence

from lms.learning.form.lines import Lines
from lms.learning.form.outline import Outline, Part, Row, read_outline

_MARKER = re.compile(r"( {0,3})([*+-]|\d+\.)")


def moved(source: str, path: str, key: str, to: str, place: int) -> str:
    """Return the source with the row `key` at `place` (from 0, counted without it) of the part `to`."""
    outline = read_outline(source, path)
    found = outline.row(key)
    target = outline.part(to)
    if found is None or target is None:
        return source
    part, at = found
    if part.key == target.key:
        return _within(source, part, at, max(0, min(place, len(part.rows) - 1)))
    counted = _counted(outline, (part, target))
    chunk = Lines(source).taken(part.rows[at].first, part.rows[at].last)
    lines = Lines(source)
    if part.first < target.first:
        _insert(lines, outline, target, place, chunk, part.rows[at])
        _remove(lines, part, at)
    else:
        _remove(lines, part, at)
        _insert(lines, outline, target, place, chunk, part.rows[at])
    return _renumbered(lines.source(), path, counted)


def removed(source: str, path: str, key: str) -> str:
    """Return the source without the row."""
    outline = read_outline(source, path)
    found = outline.row(key)
    if found is None:
        return source
    part, at = found
    lines = Lines(source)
    _remove(lines, part, at)
    return _renumbered(lines.source(), path, _counted(outline, (part,)))


def added(source: str, path: str, to: str, place: int, line: str) -> str:
    """Return the source with a new row. line: what stands behind the marker."""
    outline = read_outline(source, path)
    part = outline.part(to)
    if part is None:
        return source
    lines = Lines(source)
    is_numbered = part.rows[-1].is_numbered if part.rows else _is_numbered(outline)
    marker = f"{_next_number(part)}." if is_numbered else part.rows[-1].marker if part.rows else "-"
    _insert(lines, outline, part, place, [f"{marker} {line}"], None)
    return _renumbered(lines.source(), path, _counted(outline, (part,)))


def _within(source: str, part: Part, at: int, place: int) -> str:
    """Put one row elsewhere in its own part: the rows between change places, the gaps stay."""
    if at == place:
        return source
    lines = Lines(source)
    order = list(range(len(part.rows)))
    order.insert(place, order.pop(at))
    chunks = [lines.taken(row.first, row.last) for row in part.rows]
    touched = range(min(at, place), max(at, place) + 1)
    for slot in reversed(touched):
        row, other = part.rows[slot], part.rows[order[slot]]
        lines.replace(row.first, row.last, _marked(chunks[order[slot]], other, row))
    return lines.source()


def _remove(lines: Lines, part: Part, at: int) -> None:
    row = part.rows[at]
    first, last = row.first, row.last
    behind = part.rows[at + 1] if at + 1 < len(part.rows) else None
    before = part.rows[at - 1] if at else None
    if behind is not None and behind.list == row.list:
        if _is_gap(lines, last + 1, behind.first - 1):
            last = behind.first - 1
    elif before is not None and before.list == row.list and _is_gap(lines, before.last + 1, first - 1):
        first = before.last + 1
    lines.replace(first, last, [])


def _insert(lines: Lines, outline: Outline, part: Part, place: int, chunk: list[str], row: Row | None) -> None:
    gap = _gap(lines, outline)
    if not part.rows:
        _begin_list(lines, part, chunk)
        return
    if row is not None:
        chunk = _marked(chunk, row, part.rows[min(place, len(part.rows) - 1)])
    if place < len(part.rows):
        at = part.rows[place].first
        lines.replace(at, at - 1, [*chunk, *gap])
    else:
        at = part.rows[-1].last + 1
        lines.replace(at, at - 1, [*gap, *chunk])


def _begin_list(lines: Lines, part: Part, chunk: list[str]) -> None:
    """Write the first row of a part: after what stands there, with an empty line around it."""
    last = part.last
    while last > part.first and lines.is_blank(last):
        last -= 1
    if lines.is_blank(last + 1):
        after = [] if last + 1 >= part.last and part.last >= len(lines) else [""]
        after = [] if lines.is_blank(last + 2) else after
        lines.replace(last + 2, last + 1, [*chunk, *after])
    else:
        after = [""] if last < len(lines) else []
        lines.replace(last + 1, last, ["", *chunk, *after])


def _gap(lines: Lines, outline: Outline) -> list[str]:
    """Return what stands between two rows of this document: an empty line in a loose one, else nothing."""
    for part in outline.parts:
        for one, other in zip(part.rows, part.rows[1:], strict=False):
            if one.list == other.list:
                return [""] if _is_gap(lines, one.last + 1, other.first - 1) else []
    return []


def _is_gap(lines: Lines, first: int, last: int) -> bool:
    return first <= last and all(lines.is_blank(number) for number in range(first, last + 1))


def _marked(chunk: list[str], row: Row, slot: Row) -> list[str]:
    """Return the lines of a row with the marker of the place that it goes to; one bullet is as good as another."""
    if not chunk or (not row.is_numbered and not slot.is_numbered):
        return chunk
    marker = slot.marker if slot.is_numbered else "-"
    return [_with_marker(chunk[0], marker), *chunk[1:]]


def _with_marker(line: str, marker: str) -> str:
    return _MARKER.sub(lambda match: match[1] + marker, line, count=1)


def _is_numbered(outline: Outline) -> bool:
    rows = [row for part in outline.parts for row in part.rows]
    return bool(rows) and rows[0].is_numbered


def _next_number(part: Part) -> int:
    return int(part.rows[-1].marker[:-1]) + 1 if part.rows else 1


def _counted(outline: Outline, parts: Sequence[Part]) -> dict[int, int]:
    """Return the parts (by their place in the outline) whose rows are numbered one by one, and from where."""
    found = {}
    for part in parts:
        numbers = [int(row.marker[:-1]) for row in part.rows if row.is_numbered]
        start = numbers[0] if numbers else 1
        if numbers == list(range(start, start + len(part.rows))):
            found[outline.parts.index(part)] = start
    return found


def _renumbered(source: str, path: str, counted: dict[int, int]) -> str:
    """Return the source with those lists counted anew."""
    outline = read_outline(source, path)
    lines = Lines(source)
    for place, start in counted.items():
        if place >= len(outline.parts):
            continue
        for number, row in enumerate(outline.parts[place].rows, start=start):
            if row.is_numbered and row.marker != f"{number}.":
                old = lines.taken(row.first, row.first)[0]
                lines.replace(row.first, row.first, [_with_marker(old, f"{number}.")])
    return lines.source()
