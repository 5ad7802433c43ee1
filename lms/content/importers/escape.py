"""Text that Markdown would take for more than text is written so that it stays text; all other signs stay bare."""

import re

from lms.content.grammar.blocks import MARKER
from lms.core.lines import is_rule

_BACKSLASH = re.compile(r"\\(?=[\\`*_{}\[\]()>#+\-.!|]|$)")
_PAIRING = re.compile(r"(?<!\w)_{1,3}(?!_)|(?<!_)_{1,3}(?!\w)|(?<!\w)_{4,}(?=[^\s_]).*[^\s_]_{4,}(?!\w)")
"""Underscores that begin or end a word. Four or more are a gap to fill in, those inside a word are part of it."""
_ENTITY = re.compile(r"&(?=(?:#[0-9]{1,8}|#x[0-9a-fA-F]{1,8}|[0-9a-zA-Z]{1,32});)")
_TARGET = re.compile(r"\](?=[(（])")
_TAG = re.compile(r"<(?=[/a-zA-Z!?])")
_BOX = re.compile(r"((?:[-*+]|\d{1,3}[.．、)]) *)?[\[［]( ?[xXｘＸ√✓✔×✗ \u3000]? ?)[\]］]")
_NUMBERED = re.compile(r"(\d{1,9})\.(?=\s|$)")
_TILDES = re.compile(r"~{3,}")


def escaped(text: str, *, stars: bool, in_cell: bool = False) -> str:
    """Return text for the middle of a line. stars: whether a `*` would pair with another one of the line."""
    text = _BACKSLASH.sub(r"\\\\", text)
    text = _ENTITY.sub("&amp;", text)
    text = text.replace("`", "&#96;" if in_cell else "\\`")  # a cell's end is looked for before backslashes are
    if stars:
        text = text.replace("*", "\\*")
    if _PAIRING.search(text):
        text = text.replace("_", "\\_")
    text = _TAG.sub("&lt;", text)
    text = _TARGET.sub("] ", text)
    return text.replace("|", "\\|") if in_cell else text


def escaped_start(line: str, *, in_item: bool = False) -> str:
    """Return a line whose first signs make no heading, list, quote, box or fence of it.

    in_item: behind the marker of an item, where `[x]` would be a box.
    """
    line = _TILDES.sub(lambda match: "～" * len(match[0]), line)
    if "|" in line and not line.strip("|:- "):
        line = line.replace("|", "\\|")  # below another line with a bar it would be the rule of a table
    box = _BOX.match(line)
    if box and (in_item or box[1]):
        rest = line[box.end() :]
        gap = " " if rest.startswith(("(", "（")) else ""
        line = f"{box[1] or ''}\\[{box[2]}\\]{gap}{rest}"
    if line.startswith(("#", ">")) or is_rule(line) or (in_item and is_rule(f"- {line}")):
        return f"\\{line}"
    if line[:1] in ("-", "+", "*") and MARKER.match(line):
        return f"\\{line}"
    return _NUMBERED.sub(r"\1\\.", line, count=1) if _NUMBERED.match(line) else line
