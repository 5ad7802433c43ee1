"""Words that sound like what was typed, and words that are nearly what was typed. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from lms.core.folding import folded
from lms.search.tokens import Phrase, pinyin_keys, query_tokens

MOST_HEARD = 5
LONGEST_WORD = 12
_SHORTEST_KEY = 4
"""Letters from which one wrong letter is a slip of the finger; th and tk are two words."""
_DOCUMENTS = 20


def heard(names: Iterable[str], phrases: Sequence[Phrase]) -> tuple[str, ...]:
    """Return the pieces of the names that are read as one of the phrases (`p:tui p:huo`, `i:t i:h`), commonest first.

    names: folded.
    """
    found: Counter[str] = Counter()
    wanted = [phrase for phrase in phrases if phrase and phrase[0][:2] in ("p:", "i:")]
    for name in names:
        syllables = [(character, _syllable(character)) for character in name]
        for phrase in wanted:
            found.update(_places(syllables, phrase))
    return tuple(word for word, _ in found.most_common(MOST_HEARD))


def _places(syllables: Sequence[tuple[str, str]], phrase: Phrase) -> Iterable[str]:
    size = len(phrase)
    for at in range(len(syllables) - size + 1):
        piece = syllables[at : at + size]
        if all(_reads(syllable, token) for (_, syllable), token in zip(piece, phrase, strict=True)):
            yield "".join(character for character, _ in piece)


def _reads(syllable: str, token: str) -> bool:
    return bool(syllable) and (syllable == token[2:] if token.startswith("p:") else syllable[0] == token[2:])


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    """Return how a character is read; one with several readings by its commonest."""
    return next(iter(pinyin_keys(character)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The words of all titles and aliases. documents: by word the first documents that it names; () = of a word list.

    keys: by how a word may be typed (itself, its pinyin, its pinyin as heard carelessly) the words meant.
    """

    documents: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def names_of(titles: Iterable[tuple[int, str]], house: frozenset[str]) -> Names:
    """Return the words of these names. titles: document and one of its names. house: words of the word lists."""
    documents: dict[str, dict[int, None]] = {}
    for id, name in titles:
        words = [
            word.text for word in query_tokens(name, house) if not word.stop and 1 < len(word.text) <= LONGEST_WORD
        ]
        whole = folded(name)
        for word in (*words, *([whole] if 1 < len(whole) <= LONGEST_WORD else [])):
            held = documents.setdefault(word, {})
            if len(held) < _DOCUMENTS:
                held[id] = None
    for word in house:
        if 1 < len(word) <= LONGEST_WORD:
            documents.setdefault(word, {})
    keys: dict[str, dict[str, None]] = {}
    for word in documents:
        for key in _keys(word):
            keys.setdefault(key, {})[word] = None
    return Names(
        documents={word: tuple(ids) for word, ids in documents.items()},
        keys={key: tuple(words) for key, words in keys.items()},
    )


def nearly(word: str, names: Names) -> tuple[str, ...]:
    """Return the words that were probably meant by one that stands nowhere, the nearest first.

    By its sound (推货, 赠平 for 赠品), by a slip in letters (tuihou, refnd), by one other character of four (物流停止).
    """
    found: dict[str, None] = {}
    for key in _keys(word):
        same = sorted(names.keys.get(key, ()), key=lambda one: (abs(len(one) - len(word)), -len(names.documents[one])))
        found.update(dict.fromkeys(same))
    letters = word.isascii()
    if len(word) >= _SHORTEST_KEY:
        near = process.extract(word, names.keys.keys(), scorer=OSA.distance, score_cutoff=1, limit=8)
        for other, _, _ in sorted(near, key=lambda one: (one[1], -_uses(names, one[0]))):
            if other.isascii() == letters and (not letters or other[0] == word[0]):
                found.update(dict.fromkeys(names.keys[other]))
    found.pop(word, None)
    return tuple(found)[:MOST_HEARD]


def _keys(word: str) -> tuple[str, ...]:
    """Return how a word may be typed: itself, in pinyin, in pinyin as it is heard carelessly."""
    spoken = word if word.isascii() else "".join(pinyin_keys(word)[:1])
    if not word.isascii() and len(spoken) < len(word):
        return (word,)  # has signs and letters: its pinyin is but a part of it
    blurred = _BLURRED.sub(lambda match: match[0][0], spoken)
    return tuple(dict.fromkeys(key for key in (word, spoken, f"~{blurred}") if key))


_BLURRED = re.compile(r"[zcs]h|ng")


def _uses(names: Names, key: str) -> int:
    return max((len(names.documents[word]) for word in names.keys[key]), default=0)
