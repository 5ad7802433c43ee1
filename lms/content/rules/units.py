"""A text cut into what people change as a whole: its blocks, inside a block its sentences. Joined they are the text.

A unit is a property of the front matter, a heading, a line of chips, a list item, a table row, a quote, a fence, a
paragraph; each with the empty lines behind it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.content.grammar.blocks import Block, BlockKind, scan
from lms.content.grammar.chips import is_chip_line
from lms.core.lines import split_keeping_ends

_ITEM = re.compile(r"[ \t]*(?:[*+-]|\d+\.)[ \t]")
_PROPERTY = re.compile(r"([^\s：:#\[\]{}\"'-][^：:#\[\]{}\"']{0,59}?)[ \t]*[：:]")
_EMPTY_QUOTE = re.compile(r"[ \t]*>[ \t]*$")
_ENDS = re.compile(r"\r\n|\r")
_SENTENCE = re.compile(
    r"[^。！？；!?;|.\r\n]*"
    r"(?:(?:[。！？；!?;|]+|\.)[”’」』）》)\]]*[ \t]*)?"
    r"(?:(?:\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))*)?"
)
_ANSWER = re.compile(
    r"[ \t]*(?:[*+-]|\d+\.)[ \t]+"
    r"(?:\[[xX]\]|(?:答案|空\d+|必说|应说|禁说|answer|blank|must|should|never)\b[^：:\n]*[：:]|.*=>)"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """body: without the white space at its end, which is gap. name: of a property, heading: of a heading."""

    body: str
    gap: str
    name: str = ""
    heading: str = ""

    @property
    def text(self) -> str:
        return self.body + self.gap

    @property
    def key(self) -> str:
        """What makes two units the same: line ends do not."""
        return _ENDS.sub("\n", self.body) if "\r" in self.body else self.body


def block_units(source: str) -> tuple[list[Unit], list[tuple[int, int]]]:
    """Return the units of a source, and which of them make one question: their first and the one behind their last."""
    lines = split_keeping_ends(source)
    starts: set[int] = {0} if lines else set()
    names: dict[int, str] = {}
    headings: dict[int, str] = {}
    asked: set[int] = set()
    for block in scan(source):
        starts.update(_starts(block, lines))
        if block.kind is BlockKind.FRONT:
            names.update((at, match[1]) for at in _inner(block) if (match := _PROPERTY.match(lines[at])))
        elif block.kind is BlockKind.HEADING:
            headings[block.first - 1] = block.text
        elif block.is_list and any(_ANSWER.match(lines[at]) for at in range(block.first - 1, block.last)):
            asked.add(block.first - 1)
    order = sorted(start for start in starts if start < len(lines))
    units = [
        _unit("".join(lines[start:end]), names.get(start, ""), headings.get(start, ""))
        for start, end in zip(order, [*order, len(lines)][1:], strict=True)
    ]
    return units, _questions(order, headings, asked)


def sentence_units(text: str) -> list[Unit]:
    """Return the sentences of a block, cells of a table and lines among them."""
    found = []
    start = 0
    for match in _SENTENCE.finditer(text):
        if match.end() > start and not _inside_a_word(text, match.end()):
            found.append(_unit(text[start : match.end()]))
            start = match.end()
    if start < len(text):
        found.append(_unit(text[start:]))
    return found


def _inside_a_word(text: str, end: int) -> bool:
    """A point ends a sentence only before white space: 3.5 and a.md stay whole."""
    return text[end - 1] == "." and end < len(text) and not text[end].isspace()


def _unit(text: str, name: str = "", heading: str = "") -> Unit:
    body = text.rstrip()
    return Unit(body, text[len(body) :], name, heading)


def _inner(block: Block) -> range:
    return range(block.first, block.last - 1)


def _starts(block: Block, lines: Sequence[str]) -> Iterator[int]:
    """Yield the lines (from 0) on which a unit of the block begins."""
    first, end = block.first - 1, block.last
    yield first
    match block.kind:
        case BlockKind.FRONT:
            yield from (at for at in _inner(block) if _PROPERTY.match(lines[at]))
            yield end - 1
            yield end
        case BlockKind.TABLE:
            yield from range(first, end)
        case BlockKind.ORDERED | BlockKind.BULLET:
            yield from (at for at in range(first, end) if _ITEM.match(lines[at]))
        case BlockKind.QUOTE:
            yield from (at + 1 for at in range(first, end - 1) if _EMPTY_QUOTE.match(lines[at].rstrip("\r\n")))
        case BlockKind.PARAGRAPH:
            for at in range(first, end):
                if not is_chip_line(lines[at].strip()):
                    break
                yield from (at, at + 1)
        case _:
            pass


def _questions(order: Sequence[int], headings: dict[int, str], asked: set[int]) -> list[tuple[int, int]]:
    """Return the sections in which something is asked and keyed; a change of the one is a change of the other."""
    found = []
    begin, has = 0, False
    for place, start in enumerate([*order, -1]):
        if start in headings or start < 0:
            if has:
                found.append((begin, place))
            begin, has = place, False
        has = has or start in asked
    return found
