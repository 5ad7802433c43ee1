"""A text as the finders read it: narrow, simplified, without what can't be seen; each character knows its place. Pure.

Nothing here remembers a text: what is kept between calls are single characters.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from lms.core.folding import simplified

BREAK = "\x1e"
"""Stands between two messages of a talk: nothing reaches over it."""
HOLE = "\ue000"
"""Stands for a placeholder: nothing reaches over it either."""
PLACEHOLDER = re.compile(r"【[\u4e00-\u9fffQ]{2,5}[0-9]{1,5}】")
BLANKS = frozenset(" \t\u3000-\u2013\u2014\u2212_./·•*,、~+()'|")
"""What people put between the digits of a number, and what is left out when two values are compared."""
NUMERALS = str.maketrans("零〇○一二三四五六七八九两幺壹贰叁肆伍陆柒捌玖", "00012345678921123456789")


@dataclass(frozen=True, slots=True)
class Shadow:
    """plain: the text as it is read. starts, ends: for each of its characters the piece of the text it stands for."""

    text: str
    plain: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return start and end (excluded) in the text of plain[first:last], at least one character."""
        return self.starts[first], self.ends[last - 1]


def shadow_of(text: str) -> Shadow:
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for hole in PLACEHOLDER.finditer(text):
        _read(text, position, hole.start(), plain, starts, ends)
        plain.append(HOLE)
        starts.append(hole.start())
        ends.append(hole.end())
        position = hole.end()
    _read(text, position, len(text), plain, starts, ends)
    return Shadow(text, "".join(plain), tuple(starts), tuple(ends))


def _read(text: str, first: int, last: int, plain: list[str], starts: list[int], ends: list[int]) -> None:
    for place in range(first, last):
        seen = _seen(text[place])
        if not seen and ends:
            ends[-1] = place + 1  # what can't be seen goes with what it hangs on
        for each in seen:
            plain.append(each)
            starts.append(place)
            ends.append(place + 1)


@lru_cache(maxsize=65_536)
def _seen(character: str) -> str:
    """Return what a character is read as; "" for what is invisible or only decorates the one before."""
    if character in (BREAK, "\n"):
        return character
    found = []
    for each in unicodedata.normalize("NFKC", character):
        category = unicodedata.category(each)
        if category[0] == "M" or category == "Cf":
            continue
        found.append(" " if each.isspace() or category == "Cc" else each)
    return simplified("".join(found))


@dataclass(frozen=True, slots=True)
class Compact:
    """The shadow without blanks, numerals as digits, lower case. at: the place in the shadow of each character."""

    plain: str
    at: tuple[int, ...]


def compact_of(shadow: Shadow) -> Compact:
    kept = [place for place, each in enumerate(shadow.plain) if each not in BLANKS and each != "\n"]
    return Compact(key_of("".join(shadow.plain[place] for place in kept)), tuple(kept))


def key_of(value: str) -> str:
    """Return a value without blanks, width and case: two writings of the same thing have the same key."""
    bare = "".join(each for each in value if each not in BLANKS and each != "\n")
    return "".join(_low(each) for each in bare.translate(NUMERALS))


def _low(character: str) -> str:
    low = character.lower()
    return low if len(low) == 1 else character
