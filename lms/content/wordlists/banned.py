"""Finding the phrases of a 禁用语 list in a text, however they are disguised. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lms.content.wordlists.spec import ListKind, WordEntry, WordListSpec
from lms.core.folding import simplified
from lms.core.negation import is_negated

GAP = "…"
WIDE = 8
"""Characters of one clause that a … within a listed phrase stands for at most."""

_DISGUISE = frozenset("·•・-—–_~*|/\\+=^'`´¨°")
_UNSEEN = ("Cf", "Mn", "Sk", "So")  # categories: invisible characters, accents, pictures
_ENDS = "，。！？；：,!?;:、\n"
_END = re.compile(f"[{_ENDS}]")
_MARKS = (("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"), ("《", "》"), ('"', '"'))
_QUOTED = re.compile("|".join(f"{one}[^{one}{other}\n]{{1,80}}{other}" for one, other in _MARKS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A listed phrase in a text. start, end: of the text as it is, end excluded. phrase: as listed.

    instead, basis, ground: of its entry. taken_back: it is negated or only quoted, so a person has to look.
    """

    start: int
    end: int
    phrase: str
    instead: str
    basis: str
    ground: str
    taken_back: bool = False


def banned_of(lists: Iterable[WordListSpec]) -> tuple[WordEntry, ...]:
    """Return what the lists forbid together."""
    return tuple(entry for each in lists if each.list is ListKind.BANNED for entry in each.entries)


def hits(said: str, entries: Sequence[WordEntry], *, also_taken_back: bool = False) -> tuple[Hit, ...]:
    """Return where a text says what is listed, in its order, no two overlapping; of two the longer one.

    Width, case, traditional writing, blanks, invisible characters and dots between the characters make no difference.
    also_taken_back: with what is negated within a few characters before it, or stands in quotation marks.
    """
    phrases = _phrases(tuple(entries))
    if not phrases:
        return ()
    plain, places = _bared(said)
    quoted = [(match.start(), match.end()) for match in _QUOTED.finditer(said)]
    found: list[Hit] = []
    place = 0
    while place < len(plain):
        phrase, end = _phrase_at(phrases, plain, place)
        if phrase is None:
            place += 1
            continue
        first, last = places[place], places[end - 1] + 1
        taken_back = any(start < first and last < stop for start, stop in quoted) or is_negated(plain, place, end)
        if also_taken_back or not taken_back:
            entry = phrase.entry
            found.append(
                Hit(
                    start=first,
                    end=last,
                    phrase=phrase.listed,
                    instead=entry.instead,
                    basis=entry.basis,
                    ground=entry.ground,
                    taken_back=taken_back,
                )
            )
        place = end
    return tuple(found)


def is_advice(instead: str) -> bool:
    """Whether the other way of saying it is described, not written out: it has a gap or stands in brackets."""
    return not instead or GAP in instead or "..." in instead or instead[0] in "（("


def clause_at(said: str, start: int, end: int) -> tuple[int, int]:
    """Return start and end of the clause in which a hit lies, without the mark that ends it."""
    before = [match.end() for match in _END.finditer(said, 0, start)]
    behind = _END.search(said, end)
    return before[-1] if before else 0, behind.start() if behind else len(said)


@dataclass(frozen=True, slots=True)
class _Phrase:
    entry: WordEntry
    listed: str
    pattern: re.Pattern[str]


def _phrase_at(phrases: Mapping[str, Sequence[_Phrase]], plain: str, place: int) -> tuple[_Phrase | None, int]:
    for phrase in phrases.get(plain[place], ()):
        match = phrase.pattern.match(plain, place)
        if match:
            return phrase, match.end()
    return None, place


@lru_cache(maxsize=16)
def _phrases(entries: tuple[WordEntry, ...]) -> dict[str, list[_Phrase]]:
    """Return the phrases by their first character, the longer ones first. One character alone is never looked for."""
    bare: dict[str, tuple[WordEntry, str]] = {}
    for entry in entries:
        for listed in entry.words:
            pieces = [_bared(piece)[0] for piece in re.split(r"…+|\.{3,}", listed)]
            plain = GAP.join(piece for piece in pieces if piece)
            if len(plain) > 1:
                bare.setdefault(plain, (entry, listed))
    found: dict[str, list[_Phrase]] = {}
    for plain in sorted(bare, key=lambda each: (-len(each), each)):
        entry, listed = bare[plain]
        found.setdefault(plain[0], []).append(_Phrase(entry, listed, _pattern(plain)))
    return found


def _pattern(plain: str) -> re.Pattern[str]:
    """Return the pattern of a phrase; a Latin word at its start or end is a whole word."""
    middle = f"[^{_ENDS}]{{0,{WIDE}}}?".join(map(re.escape, plain.split(GAP)))
    before = r"(?<![a-z0-9])" if _is_latin(plain[0]) else ""
    behind = r"(?![a-z0-9])" if _is_latin(plain[-1]) else ""
    return re.compile(f"{before}{middle}{behind}")


def _bared(said: str) -> tuple[str, list[int]]:
    """Return a text without its disguise, and for each character that is left its place in the text as it is."""
    kept: list[tuple[str, int]] = []
    for place, character in enumerate(said):
        if character in _DISGUISE or unicodedata.category(character) in _UNSEEN:
            continue
        if character == ".":
            if not said[place + 1 : place + 2].strip():
                kept.append(("。", place))
            continue
        kept.extend((plain.lower()[:1], place) for plain in unicodedata.normalize("NFKC", character))
    plain: list[str] = []
    places: list[int] = []
    for index, (character, place) in enumerate(kept):
        if character.isspace():
            behind = kept[index + 1][0] if index + 1 < len(kept) else " "
            if character == behind == "\n":
                character = "\n"
            elif plain and _is_latin(plain[-1]) and _is_latin(behind):
                character = " "
            else:
                continue
        plain.append(character)
        places.append(place)
    return _simplified(plain), places


def _simplified(characters: Sequence[str]) -> str:
    """Return the text in simplified writing, character for character."""
    together = simplified("".join(characters))
    return together if len(together) == len(characters) else "".join(simplified(each)[:1] for each in characters)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
