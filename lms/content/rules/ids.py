"""Writing the ids of questions and sections into a source, and only there: the rest stays byte for byte."""

from collections.abc import Mapping

from lms.content.edit import add_chip, replace
from lms.content.grammar.chips import is_chip_line
from lms.core.lines import split_lines


def with_ids(source: str, keys: Mapping[int, str]) -> str:
    """Return the source with `id:…` under each heading. keys: line of the heading (1-based) -> key.

    A new line of chips gets an empty line behind it, because a list right below it would become its text.
    """
    lines = split_lines(source)
    for line in sorted(keys, reverse=True):
        below = lines[line] if line < len(lines) else ""
        if is_chip_line(below) or not below.strip():
            source = add_chip(source, line, f"id:{keys[line]}")
        else:
            source = replace(source, line + 1, line, [f"`id:{keys[line]}`", ""])
    return source
