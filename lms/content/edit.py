"""Changing some lines of a source and nothing else: how forms write into a trainer's file."""

from collections.abc import Sequence

from lms.content.grammar.chips import find_chips, is_chip_line
from lms.content.grammar.findings import Fix, apply_fixes
from lms.content.grammar.front import Entry, read_front, write_entry, write_front
from lms.content.grammar.keywords import Word, find_word
from lms.core.lines import split_lines
from lms.core.texts import text

_CHANGED = text("修改")


def replace(source: str, first: int, last: int, lines: Sequence[str]) -> str:
    """Return the source with lines `first..last` (1-based, inclusive) replaced; the rest stays byte for byte.

    An insertion before line n has first=n, last=n-1.
    """
    return apply_fixes(source, [Fix(first=first, last=last, lines=tuple(lines), label=_CHANGED)])


def set_entry(source: str, word: Word, entry: Entry) -> str:
    """Return the source with one property of the front matter written anew, or added as the last one."""
    front, _ = read_front(source)
    written = write_entry(entry)
    if not front.last:
        return replace(source, 1, 0, write_front([entry]).split("\n"))
    for old in front.entries:
        if find_word(old.key, (word,)):
            return replace(source, old.line, old.line, [written])
    return replace(source, front.last, front.last - 1, [written])


def add_chip(source: str, line: int, chip: str) -> str:
    """Return the source with a chip for the heading on `line`: at the end of its chips, or on a new line.

    A heading that already has the chip is left as it is.
    """
    lines = split_lines(source)
    below = lines[line] if line < len(lines) else ""
    if not is_chip_line(below):
        return replace(source, line + 1, line, [f"`{chip}`"])
    if any(each.text == chip for each in find_chips(below)):
        return source
    return replace(source, line + 1, line + 1, [f"{below.rstrip()} `{chip}`"])
