"""Places in stored HTML where a file is shown: marked by the renderer, filled when a page is shown. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape

from lms.content.grammar.chips import WATCHED, find_chips, read_chip

# What the renderer writes for a link alone in its paragraph; chips stand behind it as code or in wide brackets.
_MARK = re.compile(r'<p class="file"><a href="lms:([^"]*)"[^>]*>(.*?)</a>(.*?)</p>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
SIGN = '<p class="file">'


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """path: of the file in the repository. label: the link's words. percent: that has to be watched, 0 = none."""

    path: str
    label: str
    percent: int


def marks(pieces: Iterable[str]) -> list[Mark]:
    """Return the files that these pieces of stored HTML show, in order."""
    return [_mark(found) for piece in pieces if SIGN in piece for found in _MARK.finditer(piece)]


def filled(html: str, made: Callable[[Mark], str]) -> str:
    """Return stored HTML with what `made` gives in place of each mark; "" leaves the mark as the link it is."""
    if SIGN not in html:
        return html
    return _MARK.sub(lambda found: made(_mark(found)) or found[0], html)


def _mark(found: re.Match[str]) -> Mark:
    label = " ".join(unescape(_TAG.sub("", found[2])).split())
    behind = unescape(found[3].replace("<code>", "`").replace("</code>", "`"))
    values = (read_chip(chip.text, (WATCHED,)) for chip in find_chips(behind))
    percent = next((value.number() for value in values if value), 0)
    return Mark(path=unescape(found[1]), label=label, percent=min(percent, 100))
