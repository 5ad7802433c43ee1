"""A heading with its chips and the Markdown under it, as fields: read, and written back line by line. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lms.content.grammar.chips import find_chips, is_chip_line, write_chips
from lms.content.grammar.findings import Fix, apply_fixes
from lms.core.lines import split_lines
from lms.core.texts import text

_LABEL = text("修改")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionText:
    """heading: its line, 1-based. chips: as written. chip_lines: where. body: all below, without empty lines around."""

    title: str
    chips: tuple[str, ...]
    body: str
    heading: int
    chip_lines: tuple[int, ...]


def read_section(written: str) -> SectionText:
    """Return the parts of a block that begins with a heading; a comment may stand above it."""
    lines = split_lines(written)
    heading = next((number for number, line in enumerate(lines, start=1) if line.startswith("#")), 1)
    chip_lines: list[int] = []
    while heading + len(chip_lines) < len(lines) and is_chip_line(lines[heading + len(chip_lines)]):
        chip_lines.append(heading + len(chip_lines) + 1)
    chips = tuple(chip.text for line in chip_lines for chip in find_chips(lines[line - 1]))
    body = "\n".join(line if line.strip() else "" for line in lines[heading + len(chip_lines) :]).strip("\n")
    title = lines[heading - 1].lstrip("#").rstrip().rstrip("#").strip() if lines else ""
    return SectionText(title=title, chips=chips, body=body, heading=heading, chip_lines=tuple(chip_lines))


def write_section(written: str, *, title: str, chips: Sequence[str], body: str) -> str:
    """Return the block with what differs written anew: the heading, the line of chips, lines of the body."""
    old = read_section(written)
    lines = split_lines(written)
    fixes: list[Fix] = []
    if title != old.title:
        marks = re.match(r"#+\s*", lines[old.heading - 1])
        fixes.append(_fix(old.heading, old.heading, [(marks[0] if marks else "## ") + title]))
    behind = old.heading + len(old.chip_lines)
    if tuple(chips) != old.chips:
        line = [write_chips(chips)] if chips else []
        if old.chip_lines:
            fixes.append(_fix(old.chip_lines[0], old.chip_lines[-1], line))
        else:
            gap = [""] if behind < len(lines) and lines[behind].strip() else []
            fixes.append(_fix(behind + 1, behind, [*line, *gap]))
    if body != old.body:
        fixes += _body(lines, behind, old.body, body)
    return apply_within(written, fixes)


def apply_within(written: str, fixes: Sequence[Fix]) -> str:
    """Return a block with its fixes applied; as before, no line end stands behind its last line."""
    return re.sub(r"[\r\n]+$", "", apply_fixes(written, fixes))


def new_section(title: str, chips: Sequence[str], body: str, level: int = 2) -> str:
    """Return a new block in canonical form."""
    head = f"{'#' * level} {title}" + (f"\n{write_chips(chips)}" if chips else "")
    return f"{head}\n\n{body}" if body else head


def _body(lines: Sequence[str], behind: int, old: str, new: str) -> list[Fix]:
    was, now = old.split("\n") if old else [], new.split("\n") if new else []
    if not was:
        return [_fix(len(lines) + 1, len(lines), ["", *now])]
    first = behind + 1
    while not lines[first - 1].strip():
        first += 1
    if not now:
        return [_fix(behind + 1, len(lines), [])]
    fixes = []
    for tag, start, stop, begin, end in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag != "equal":
            fixes.append(_fix(first + start, first + stop - 1, now[begin:end]))
    return fixes


def _fix(first: int, last: int, lines: Sequence[str]) -> Fix:
    return Fix(first=first, last=last, lines=tuple(lines), label=_LABEL)
