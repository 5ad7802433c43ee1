"""Folding a text so that every character of the result knows where it comes from: for showing what was found.

Each character is folded for itself, so a piece of a text folds as it does within the whole. Invisible characters go.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from lms.core.folding import simplified

_PIECE = re.compile(r"\s+|.", re.DOTALL)
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Traced:
    """plain: the folded text. starts, ends: for each of its characters the piece of the original that it stands for."""

    plain: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return start and end (excluded) in the original of plain[first:last], at least one character."""
        return self.starts[first], self.ends[last - 1]


@lru_cache(maxsize=1_024)
def traced(text: str) -> Traced:
    """Fold width, case, traditional writing and spaces as `folded` does, character by character."""
    found: list[tuple[str, int, int]] = []
    for start, end in _pieces(text):
        found += [(character, start, end) for character in _plain(text[start:end])]
    kept = [each for index, each in enumerate(found) if each[0] != " " or _parts_words(found, index)]
    return Traced(
        "".join(character for character, _, _ in kept),
        tuple(start for _, start, _ in kept),
        tuple(end for _, _, end in kept),
    )


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return where each character lies, with the marks that combine with it; a run of spaces is one piece."""
    found: list[tuple[int, int]] = []
    for match in _PIECE.finditer(text):
        if found and _combines(match[0]):
            found[-1] = (found[-1][0], match.end())
        else:
            found.append(match.span())
    return found


def _combines(character: str) -> bool:
    return unicodedata.category(character[0])[0] == "M" or "\u1160" <= character[0] <= "\u11ff"


@lru_cache(maxsize=65_536)
def _plain(piece: str) -> str:
    wide = "".join(each for each in unicodedata.normalize("NFKC", piece) if unicodedata.category(each) != "Cf")
    return "".join(" " if each.isspace() else simplified(each).casefold() for each in wide)


def _parts_words(found: list[tuple[str, int, int]], index: int) -> bool:
    """Say whether a space stands between two words, neither of them Chinese, and is the first one there."""
    if index == 0 or found[index - 1][0] == " ":
        return False
    behind = next((character for character, _, _ in found[index + 1 : index + 9] if character != " "), "")
    return bool(behind) and not _HAN.match(found[index - 1][0]) and not _HAN.match(behind)
