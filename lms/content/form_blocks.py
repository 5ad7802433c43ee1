"""A source as a row of blocks that a form moves, copies and takes out: each a heading with what stands under it. Pure.

The empty lines between two blocks belong to their place, not to either of them: so two blocks change places and back
without a byte left behind, and a copy that is taken out again leaves none either.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from lms.content.form import whole
from lms.content.grammar.blocks import Block, BlockKind, scan
from lms.content.grammar.chips import ID, find_chips, is_chip_line, read_chip
from lms.core.errors import Invalid
from lms.core.lines import split_keeping_ends, split_lines
from lms.core.texts import text

_END = re.compile(r"\r\n|\n|\r")
_GONE = text("这里的内容已经在别处改过，表单刚刚重新画过，请再试一次。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A block from its heading on, without the line end behind it. first: its first line in the source, from 1.

    heading: the line of its heading; a comment right above the heading belongs to it. level: of the heading.
    """

    level: int
    title: str
    text: str
    first: int
    heading: int

    @property
    def last(self) -> int:
        return self.first + len(_END.findall(self.text))

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """head: what stands before the first piece. gaps: what stands behind the head and behind each piece."""

    head: str
    pieces: tuple[Piece, ...]
    gaps: tuple[str, ...]
    end: str = "\n"

    @property
    def source(self) -> str:
        rows = [self.head, self.gaps[0]]
        for piece, gap in zip(self.pieces, self.gaps[1:], strict=True):
            rows += [piece.text, gap]
        return "".join(rows)

    def ref(self, index: int) -> str:
        """Return what the form calls a piece: its place, and what it says there."""
        return f"{index}-{self.pieces[index].digest}"

    def find(self, ref: str) -> int:
        """Return where the piece is that the form means. Raises Invalid if it is not there, or there twice."""
        written, _, digest = ref.partition("-")
        place = whole(written)
        if place is not None and place < len(self.pieces) and self.pieces[place].digest == digest:
            return place
        found = [index for index, piece in enumerate(self.pieces) if piece.digest == digest]
        if len(found) != 1:
            raise Invalid(_GONE)
        return found[0]

    def owned(self, index: int) -> range:
        """Return the piece and those under it: up to the next heading that is not deeper."""
        level = self.pieces[index].level
        last = index + 1
        while last < len(self.pieces) and self.pieces[last].level > level:
            last += 1
        return range(index, last)

    def replaced(self, index: int, text: str) -> "Outline":
        """Return the outline with another text for one piece, without a line end behind it."""
        pieces = list(self.pieces)
        pieces[index] = replace(pieces[index], text=text)
        return replace(self, pieces=tuple(pieces))

    def inserted(self, index: int, texts: Sequence[str], level: int = 0) -> "Outline":
        """Return the outline with new pieces before the one at `index`, or at the end."""
        blank = self.end * 2
        pieces, gaps = list(self.pieces), list(self.gaps)
        new = [Piece(level=level, title="", text=self.ended(each), first=0, heading=0) for each in texts]
        pieces[index:index] = new
        if not self.pieces and not self.head:
            gaps[0:0] = ["", *[blank] * (len(new) - 1)]
        else:
            # As taking out takes along what stood before: only before the first piece that belongs to the head.
            at = 1 if index == 0 and self.pieces else index
            gaps[at:at] = [blank] * len(new)
        return replace(self, pieces=tuple(pieces), gaps=tuple(gaps))

    def removed(self, places: range) -> "Outline":
        """Return the outline without these pieces; what stood before the first of them goes along."""
        pieces = [*self.pieces[: places.start], *self.pieces[places.stop :]]
        first = places.start if places.start else 1
        gaps = [*self.gaps[:first], *self.gaps[first + len(places) :]]
        return replace(self, pieces=tuple(pieces), gaps=tuple(gaps))

    def moved(self, places: range, before: int) -> "Outline":
        """Return the outline with these pieces before the one that is now at `before`; every gap stays at its place."""
        taken = [*self.pieces[places.start : places.stop]]
        rest = [*self.pieces[: places.start], *self.pieces[places.stop :]]
        at = before if before <= places.start else before - len(places)
        rest[at:at] = taken
        return replace(self, pieces=tuple(rest))

    def ended(self, text: str) -> str:
        """Return a text with the line ends of the source."""
        return "\n".join(split_lines(text + "\n")).replace("\n", self.end)


def outline(source: str, levels: Sequence[int], within: Callable[[str], bool] | None = None) -> Outline:
    """Return the source cut at its headings of these levels; every byte of it is in the outline.

    within: under which headings of the last level but one the last one is cut; None: under all of them.
    """
    blocks = scan(source)
    lines = split_keeping_ends(source)
    cuts: list[tuple[int, Block]] = []
    deeper = within is None
    for place, block in enumerate(blocks):
        if block.kind is not BlockKind.HEADING or block.level not in levels:
            continue
        if within is not None and block.level < levels[-1]:
            deeper = block.level == levels[-2] and within(block.text)
        if block.level != levels[-1] or deeper:
            cuts.append((_start(blocks, place), block))
    starts = [first for first, _ in cuts] + [len(lines) + 1]
    head, gap = _parted(lines[: starts[0] - 1])
    gaps, pieces = [gap], []
    for (first, block), behind in zip(cuts, starts[1:], strict=True):
        body, gap = _parted(lines[first - 1 : behind - 1])
        pieces.append(Piece(level=block.level, title=block.text, text=body, first=first, heading=block.first))
        gaps.append(gap)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    return Outline(head=head, pieces=tuple(pieces), gaps=tuple(gaps), end=end)


def drop_id(written: str) -> str:
    """Return a block without its `id:…`, every other byte as it is."""
    lines = split_keeping_ends(written)
    place = next((place for place, line in enumerate(lines) if line.startswith("#")), len(lines)) + 1
    while place < len(lines) and is_chip_line(lines[place]):
        ids = [chip for chip in find_chips(lines[place]) if read_chip(chip.text, (ID,))]
        if ids:
            line = lines[place]
            kept = (line[: ids[0].start].rstrip() + line[ids[0].end :]).lstrip(" ")
            lines[place] = kept if kept.strip() else ""
        place += 1
    return "".join(lines)


def _start(blocks: Sequence[Block], place: int) -> int:
    """Return the first line of a heading's piece: a comment right above it is about what follows."""
    first = blocks[place].first
    while place and blocks[place - 1].kind is BlockKind.COMMENT and blocks[place - 1].last == first - 1:
        above = blocks[place - 2].last if place > 1 else 0
        if above == blocks[place - 1].first - 1 and blocks[place - 2].kind is not BlockKind.COMMENT:
            break
        place -= 1
        first = blocks[place].first
    return first


def _parted(lines: Sequence[str]) -> tuple[str, str]:
    """Return the text without the line ends and empty lines behind it, and these."""
    count = len(lines)
    while count and not lines[count - 1].strip():
        count -= 1
    if not count:
        return "", "".join(lines)
    last = lines[count - 1]
    bare = last.rstrip("\r\n")
    return "".join([*lines[: count - 1], bare]), last[len(bare) :] + "".join(lines[count:])
