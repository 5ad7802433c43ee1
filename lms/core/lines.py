"""Lines of a Markdown source, and the stretches of it that are not Markdown: fenced code and comments.

The block scanner (content.grammar.blocks) and the renderer (core.markup) both rest on this, so that they
cannot differ about where a fence or a comment ends.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_ENDS = re.compile(r"\r\n|\n|\r")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([^`\s]*)[ \t]*$")


class RegionKind(StrEnum):
    FRONT = "front"
    FENCE = "fence"
    COMMENT = "comment"


_RULE = re.compile(r" {0,3}(?:-[- ]*|_[_ ]*|\*[* ]*)$")


@dataclass(frozen=True, slots=True)
class Region:
    """Lines `first..last` (0-based, inclusive), taken as they are; `info` is the language of a fence."""

    kind: RegionKind
    first: int
    last: int
    info: str = ""


def split_lines(source: str) -> list[str]:
    """Return the lines without their ends; only \\n, \\r\\n and \\r end a line, as in Markdown.

    `str.splitlines` also cuts at form feeds and U+2028, which people paste; line numbers would then be wrong.
    A last line that ends with a line end is not followed by an empty one.
    """
    lines = _ENDS.split(source)
    if lines and lines[-1] == "":
        lines.pop()
    return lines


def split_keeping_ends(source: str) -> list[str]:
    """Return the lines with their ends; joined they are the source, byte for byte."""
    lines = []
    start = 0
    for match in _ENDS.finditer(source):
        lines.append(source[start : match.end()])
        start = match.end()
    if start < len(source):
        lines.append(source[start:])
    return lines


def is_rule(line: str) -> bool:
    """A line of at least three `-`, `*` or `_` with at most two spaces between: a horizontal rule."""
    if not _RULE.match(line) or "   " in line.strip():
        return False
    return sum(1 for character in line if character in "-_*") >= 3


def front_length(lines: Sequence[str]) -> int:
    """Return how many lines the front matter takes, both `---` included; 0 if none, or never closed."""
    if not lines or lines[0].removeprefix("\ufeff").rstrip() != "---":
        return 0
    for index in range(1, len(lines)):
        if lines[index].rstrip() == "---":
            return index + 1
    return 0


def regions(lines: Sequence[str]) -> tuple[Region, ...]:
    """Return front matter, fences and comments in order.

    Linear: the lines that may close something are looked up, not searched for each time.
    """
    fence_ends: dict[str, list[int]] = defaultdict(list)
    comment_ends: list[int] = []
    for index, line in enumerate(lines):
        stripped = line.rstrip()
        if stripped[:3] in ("```", "~~~") and not stripped.strip(stripped[0]):
            fence_ends[stripped].append(index)
        if stripped.endswith("-->"):
            comment_ends.append(index)
    found = []
    index = front_length(lines)
    if index:
        found.append(Region(RegionKind.FRONT, 0, index - 1))
    while index < len(lines):
        line = lines[index]
        region: Region | None = None
        if line[:3] in ("```", "~~~") and (match := _FENCE.match(line)):
            last = _after(fence_ends.get(match[1], []), index)
            region = None if last is None else Region(RegionKind.FENCE, index, last, match[2])
        elif line.startswith("<!--"):
            one_line = line.rstrip().endswith("-->") and len(line.rstrip()) >= len("<!---->")
            last = index if one_line else _after(comment_ends, index)
            region = None if last is None else Region(RegionKind.COMMENT, index, last)
        if region:
            found.append(region)
            index = region.last
        index += 1
    return tuple(found)


def _after(ends: list[int], index: int) -> int | None:
    position = bisect_right(ends, index)
    return ends[position] if position < len(ends) else None
