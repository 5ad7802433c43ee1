"""The block scanner: headings, lists, quotes, tables … of a Markdown source, each with its lines.

It reads lists and quotes the way Python-Markdown shows them (`agree` proves that for each file), and keeps
what the element tree loses: line numbers, task states, comments and layout. A form edit replaces
`lines[first-1:last]`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.core.lines import RegionKind, is_rule, regions, split_lines

MAX_DEPTH = 12  # lists and quotes nested deeper than this are read as text; nobody writes them


class BlockKind(StrEnum):
    FRONT = "front"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ORDERED = "ordered"
    BULLET = "bullet"
    QUOTE = "quote"
    FENCE = "fence"
    TABLE = "table"
    COMMENT = "comment"
    RULE = "rule"  # a line of dashes: not in the format, `traps` says so
    CODE = "code"  # code by indentation: not in the format


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a list. `text` is its own text without marker and box, lines joined by \\n."""

    first: int
    last: int  # the last line that is not blank, kids included
    marker: str  # "-", "*", "+" or "3."
    checked: bool | None  # None: not a task
    text: str
    kids: tuple["Block", ...] = ()

    @property
    def text_last(self) -> int:
        """The line on which the item's own text ends."""
        return self.first + self.text.count("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block on the lines `first..last` of the source (1-based, inclusive).

    text: heading without `#`; paragraph and quote without `>`, lines joined by \\n; fence, comment, front
    and code: the inner lines; table: its lines. level: 1–6 of a heading. info: language of a fence.
    items: of a list. kids: blocks inside a quote.
    """

    kind: BlockKind
    first: int
    last: int
    text: str = ""
    level: int = 0
    info: str = ""
    items: tuple[Item, ...] = ()
    kids: tuple["Block", ...] = ()

    @property
    def is_list(self) -> bool:
        return self.kind in (BlockKind.ORDERED, BlockKind.BULLET)

    @property
    def is_task_list(self) -> bool:
        """A list in which at least one item has a box."""
        return any(item.checked is not None for item in self.items)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int  # 1-based in the source
    text: str  # without the indentation of the containers around it
    lazy: bool = False  # in an item, but not indented by four


MARKER = re.compile(r" {0,3}(?:([*+-])|(\d+\.)) +(.*)", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})(.*)", re.DOTALL)
_QUOTE = re.compile(r" {0,3}> ?")
_TABLE_RULE = re.compile(r"[|: -]+$")
_BOX = re.compile(r"\[([ xX])\](?:[ \t]+|$)")
_INDENT = "    "


def scan(source: str) -> tuple[Block, ...]:
    """Return the blocks of a source in order. Never fails; the time is linear in its length."""
    lines = split_lines(source)
    apart = regions(lines)
    found: list[Block] = []
    rest: list[_Line] = []
    next_line = 0
    comments: list[Block] = []
    for region in apart:
        rest.extend(_numbered(lines, next_line, region.first))
        next_line = region.last + 1
        if region.kind is RegionKind.COMMENT:
            # A comment may stand between two items; to the list around it, it is a blank line.
            rest.extend(_Line(number + 1, "") for number in range(region.first, region.last + 1))
            comments.append(_comment(lines, region.first, region.last))
            continue
        found.extend(_scan(rest, 0))
        rest = []
        kind = BlockKind.FENCE if region.kind is RegionKind.FENCE else BlockKind.FRONT
        inner = "\n".join(lines[region.first + 1 : region.last])
        found.append(Block(kind=kind, first=region.first + 1, last=region.last + 1, text=inner, info=region.info))
    rest.extend(_numbered(lines, next_line, len(lines)))
    found.extend(_scan(rest, 0))
    return _with_comments(found, comments)


def walk(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield every block, also those inside items and quotes, in order of their lines."""
    for block in blocks:
        yield block
        for item in block.items:
            yield from walk(item.kids)
        yield from walk(block.kids)


def _numbered(lines: Sequence[str], start: int, stop: int) -> Iterator[_Line]:
    for index in range(start, stop):
        line = lines[index]
        if index == 0:
            line = line.removeprefix("\ufeff")
        yield _Line(index + 1, _untabbed(line))


def _untabbed(line: str) -> str:
    """Return the line with its tabs as spaces, to the next multiple of four as Python-Markdown does."""
    return line.expandtabs(4) if "\t" in line else line


def _comment(lines: Sequence[str], first: int, last: int) -> Block:
    inner = "\n".join(lines[first : last + 1]).strip().removeprefix("<!--").removesuffix("-->").strip()
    return Block(kind=BlockKind.COMMENT, first=first + 1, last=last + 1, text=inner)


def _with_comments(blocks: list[Block], comments: list[Block]) -> tuple[Block, ...]:
    """Merge both in order; a comment inside a list or quote belongs to that block's span."""
    merged: list[Block] = []
    waiting = iter(comments)
    comment = next(waiting, None)
    for block in blocks:
        while comment and comment.first < block.first:
            merged.append(comment)
            comment = next(waiting, None)
        while comment and comment.last <= block.last:
            comment = next(waiting, None)
        merged.append(block)
    while comment:
        merged.append(comment)
        comment = next(waiting, None)
    return tuple(merged)


def _is_blank(line: _Line) -> bool:
    return not line.text or line.text.isspace()


def _marks(text: str) -> BlockKind | None:
    """Return which kind of list the line is an item of."""
    match = MARKER.match(text)
    if match is None:
        return None
    return BlockKind.BULLET if match[1] else BlockKind.ORDERED


def _scan(lines: Sequence[_Line], depth: int, in_item: bool = False) -> list[Block]:
    blocks: list[Block] = []
    index = 0
    fresh = True  # at the start of a Markdown block: lists, tables and indented code begin only here
    while index < len(lines):
        line = lines[index]
        if _is_blank(line):
            index += 1
            fresh = True
            continue
        deeper = depth < MAX_DEPTH
        block: Block | None = None
        if line.text.startswith("#"):
            block = _heading(line)
            index += 1
        elif fresh and line.text.startswith(_INDENT):
            block, index = _code(lines, index)
        elif fresh and _starts_table(lines, index):
            block, index = _table(lines, index)
        elif is_rule(line.text):
            block = Block(kind=BlockKind.RULE, first=line.number, last=line.number, text=line.text.strip())
            index += 1
        elif deeper and (fresh or (in_item and not line.lazy)) and MARKER.match(line.text):
            block, index = _list(lines, index, depth)
        elif deeper and _QUOTE.match(line.text):
            block, index = _quote(lines, index, depth)
        if block is None:
            block, index = _paragraph(lines, index, deeper, in_item)
        blocks.append(block)
        fresh = block.kind is not BlockKind.PARAGRAPH
    return blocks


def _heading(line: _Line) -> Block:
    match = _HEADING.match(line.text)
    assert match
    return Block(
        kind=BlockKind.HEADING,
        first=line.number,
        last=line.number,
        text=match[2].rstrip().rstrip("#").strip(),
        level=len(match[1]),
    )


def _paragraph(lines: Sequence[_Line], index: int, deeper: bool, in_item: bool) -> tuple[Block, int]:
    start = index
    index += 1
    while index < len(lines):
        line = lines[index]
        if _is_blank(line) or line.text.startswith("#") or is_rule(line.text):
            break
        if deeper and (_QUOTE.match(line.text) or (in_item and not line.lazy and MARKER.match(line.text))):
            break
        index += 1
    text = "\n".join(line.text.strip() for line in lines[start:index])
    return _spanning(BlockKind.PARAGRAPH, lines[start:index], text), index


def _code(lines: Sequence[_Line], index: int) -> tuple[Block, int]:
    start = index
    while index < len(lines) and lines[index].text.startswith(_INDENT) and not _is_blank(lines[index]):
        index += 1
    text = "\n".join(line.text[4:] for line in lines[start:index])
    return _spanning(BlockKind.CODE, lines[start:index], text), index


def _starts_table(lines: Sequence[_Line], index: int) -> bool:
    if index + 1 >= len(lines) or "|" not in lines[index].text:
        return False
    rule = lines[index + 1].text.strip()
    return "|" in rule and "-" in rule and bool(_TABLE_RULE.match(rule))


def _table(lines: Sequence[_Line], index: int) -> tuple[Block, int]:
    start = index
    while index < len(lines) and not _is_blank(lines[index]) and not lines[index].text.startswith("#"):
        index += 1
    text = "\n".join(line.text.strip() for line in lines[start:index])
    return _spanning(BlockKind.TABLE, lines[start:index], text), index


def _quote(lines: Sequence[_Line], index: int, depth: int) -> tuple[Block, int]:
    start = index
    inner = []
    while index < len(lines) and not _is_blank(lines[index]) and not lines[index].text.startswith("#"):
        line = lines[index]
        match = _QUOTE.match(line.text)
        inner.append(_Line(line.number, line.text[match.end() :] if match else line.text))
        index += 1
    text = "\n".join(line.text.rstrip() for line in inner)
    kids = tuple(_scan(inner, depth + 1))
    return _spanning(BlockKind.QUOTE, lines[start:index], text, kids=kids), index


def _list(lines: Sequence[_Line], index: int, depth: int) -> tuple[Block, int]:
    kind = _marks(lines[index].text)
    assert kind
    start = index
    items: list[Item] = []
    while True:
        match = MARKER.match(lines[index].text)
        assert match
        opening = _Line(lines[index].number, match[3].lstrip())
        index, rest = _item_lines(lines, index + 1, kind)
        items.append(_item(match[1] or match[2], [opening, *rest], depth))
        following = _skip_blank(lines, index)
        if following == len(lines) or _marks(lines[following].text) is not kind:
            break
        if is_rule(lines[following].text):
            break
        index = following
    return _spanning(kind, lines[start:index], items=tuple(items)), index


def _item_lines(lines: Sequence[_Line], index: int, kind: BlockKind) -> tuple[int, list[_Line]]:
    """Return where the item ends (blank lines behind it left out) and its lines after the first one."""
    inner: list[_Line] = []
    while index < len(lines):
        line = lines[index]
        if _is_blank(line):
            following = _skip_blank(lines, index)
            if following >= len(lines) or not lines[following].text.startswith(_INDENT):
                break
            inner.extend(_Line(blank.number, "") for blank in lines[index:following])
            index = following
            continue
        if line.text.startswith(_INDENT):
            inner.append(_Line(line.number, line.text[4:]))
        elif line.text.startswith("#") or is_rule(line.text) or _marks(line.text) is kind:
            break
        else:
            inner.append(_Line(line.number, line.text, lazy=True))
        index += 1
    return index, inner


def _item(marker: str, inner: list[_Line], depth: int) -> Item:
    box = _BOX.match(inner[0].text)
    checked = None if box is None else box[1] in "xX"
    if box:
        inner[0] = _Line(inner[0].number, inner[0].text[box.end() :])
    blocks = _scan(inner, depth + 1, in_item=True)
    text = ""
    if blocks and blocks[0].kind is BlockKind.PARAGRAPH and blocks[0].first == inner[0].number:
        text = blocks.pop(0).text
    last = max(line.number for line in inner if line is inner[0] or not _is_blank(line))
    return Item(first=inner[0].number, last=last, marker=marker, checked=checked, text=text, kids=tuple(blocks))


def _skip_blank(lines: Sequence[_Line], index: int) -> int:
    while index < len(lines) and _is_blank(lines[index]):
        index += 1
    return index


def _spanning(
    kind: BlockKind,
    lines: Sequence[_Line],
    text: str = "",
    *,
    items: tuple[Item, ...] = (),
    kids: tuple[Block, ...] = (),
) -> Block:
    first, last = lines[0].number, lines[-1].number
    return Block(kind=kind, first=first, last=last, text=text, items=items, kids=kids)
