"""A new document made from another: its own title, links that still lead where they led, no identity taken along."""

import re

from lms.content.grammar.chips import is_chip_line
from lms.content.grammar.front import read_front
from lms.content.grammar.traps import open_lines
from lms.content.rules.links import rebased
from lms.core.lines import split_keeping_ends

_ID = re.compile(r"`id:[0-9a-z]{6}`[ \t]?|【id[:：][0-9a-z]{6}】[ \t]?")
_TITLE = re.compile(r"# +\S.*")


def as_copy(source: str, old: str, new: str, title: str = "") -> str:
    """Return the source of a new document at path `new`. title: "" keeps the old one.

    Ids are left out: statistics and review marks hang on them, and belong to the original.
    """
    source = rebased(source, old, new)
    lines = split_keeping_ends(source)
    front = read_front(source)[0].last
    titled = not title
    for number, _ in open_lines(source):
        line = lines[number - 1]
        if not titled and number > front and _TITLE.match(line):
            lines[number - 1] = f"# {title}" + line[len(line.rstrip("\r\n")) :]
            titled = True
        elif "id" in line and is_chip_line(line.rstrip("\r\n")):
            left = _ID.sub("", line)
            lines[number - 1] = left if left.strip() else ""
    return "".join(lines)
