"""The cross-check: what the scanner reads must be what Python-Markdown shows, or the author is told.

Both are turned into the same list of marks (heading, list, item, quote, text …); the first difference is an error
on the line where the scanner stands. So there is no second grammar, only a faster reader of the same one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lms.content.grammar.blocks import Block, BlockKind, scan
from lms.content.grammar.findings import Finding
from lms.core.markup import block_tree
from lms.core.texts import text

_STASHED = re.compile("\x02[^\x03]*\x03")
_BOX = re.compile(r"\[([ xX])\](?:\s+|$)")
_COMMENT = re.compile(r"<!--.*?-->")
_LISTS = {"ol": "ordered", "ul": "bullet"}
_SPACE = re.compile(r"[\s\ufeff\x02\x03]+")


@dataclass(frozen=True, slots=True)
class _Mark:
    depth: int
    name: str
    line: int = 0


def disagreements(source: str, blocks: Sequence[Block] | None = None) -> tuple[Finding, ...]:
    """Return an error at the first line that is shown otherwise than it is read; () where both agree."""
    read = list(_read(scan(source) if blocks is None else blocks, 0))
    shown = list(_shown(block_tree(source), 0))
    for index, mark in enumerate(read):
        if index >= len(shown) or (mark.depth, mark.name) != (shown[index].depth, shown[index].name):
            return (_finding(mark.line),)
    if len(shown) > len(read):
        return (_finding(read[-1].line if read else 1),)
    return ()


def _finding(line: int) -> Finding:
    message = text(
        "第 %(line)s 行：这里显示出来的和读到的不一样。请检查缩进（嵌套要 4 格），列表、引用、代码前后各空一行。",
        line=line,
    )
    return Finding(code="C120", line=line, message=message)


def _read(blocks: Sequence[Block], depth: int) -> Iterator[_Mark]:
    for block in blocks:
        line = block.first
        match block.kind:
            case BlockKind.FRONT | BlockKind.COMMENT:
                continue
            case BlockKind.HEADING:
                yield _Mark(depth, f"h{block.level}", line)
                yield from _text(block.text, depth + 1, line)
            case BlockKind.PARAGRAPH:
                yield from _text(block.text, depth, line)
            case BlockKind.QUOTE:
                yield _Mark(depth, "quote", line)
                yield from _read(block.kids, depth + 1)
            case BlockKind.ORDERED | BlockKind.BULLET:
                yield _Mark(depth, block.kind.value, line)
                for item in block.items:
                    yield _Mark(depth + 1, "item", item.first)
                    yield from _text(item.text, depth + 2, item.first)
                    yield from _read(item.kids, depth + 2)
            case _:
                yield _Mark(depth, block.kind.value, line)


def _shown(parent: Any, depth: int) -> Iterator[_Mark]:
    for element in parent:
        tag = element.tag
        if tag in _LISTS:
            yield _Mark(depth, _LISTS[tag])
            for item in element:
                yield _Mark(depth + 1, "item")
                yield from _text(_unboxed(item), depth + 2)
                yield from _shown(item, depth + 2)
        elif tag == "blockquote":
            yield _Mark(depth, "quote")
            yield from _text(element.text or "", depth + 1)
            yield from _shown(element, depth + 1)
        elif tag == "p":
            yield from _paragraph(element, parent, depth)
        elif tag == "pre":
            yield _Mark(depth, "code")
        elif tag == "hr":
            yield _Mark(depth, "rule")
        elif tag == "table":
            yield _Mark(depth, "table")
        else:
            yield _Mark(depth, tag)
            yield from _text(element.text or "", depth + 1)
        yield from _text(element.tail or "", depth)


def _paragraph(element: Any, parent: Any, depth: int) -> Iterator[_Mark]:
    written = element.text or ""
    if _STASHED.fullmatch(written.strip()):
        yield _Mark(depth, "fence")
        return
    if parent.tag == "li" and element is parent[0] and not (parent.text or "").strip():
        written = _without_box(written)
    yield from _text(written, depth)


def _unboxed(item: Any) -> str:
    return _without_box(item.text or "")


def _without_box(written: str) -> str:
    match = _BOX.match(written.lstrip())
    return written.lstrip()[match.end() :] if match else written


def _text(written: str, depth: int, line: int = 0) -> Iterator[_Mark]:
    if "<!--" in written:
        written = _COMMENT.sub("", written)
    plain = _SPACE.sub("", written)
    if plain:
        yield _Mark(depth, "text:" + plain, line)
