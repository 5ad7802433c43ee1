"""What sounds like a forbidden phrase and is written otherwise: 保正 for 保证. A person looks. Pure."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import rjieba

from lms.core import optional
from lms.core.negation import is_negated
from lms.core.tracing import traced
from lms.drills.rules.evasions import Spotted

LONGEST = 12
"""Characters of a phrase whose sound is compared."""


def sounds_like(phrases: Sequence[str], said: str) -> Iterator[tuple[str, Spotted]]:
    """Yield each phrase of Chinese characters, 2 to 12 of them, that a text sounds like without its tones.

    At least one character is as written and one is not. What is a word of its own, or part of one that reaches out of
    the phrase (家常 in 最家常 for 最佳), is no disguise.
    """
    wanted = _by_sound(tuple(phrases))
    if not wanted:
        return
    text = traced(said)
    sound = [_sound(each) for each in text.plain]
    words = _words(text.plain)
    for length in sorted({len(each) for each in wanted}):
        for first in range(len(text.plain) - length + 1):
            last = first + length
            for phrase in wanted.get(tuple(sound[first:last]), ()):
                if _is_disguise(phrase, text.plain[first:last], first, words):
                    start, end = text.span(first, last)
                    negated = is_negated(text.plain, first, last)
                    yield phrase, Spotted(start=start, end=end, sure=False, negated=negated)


def _is_disguise(phrase: str, written: str, first: int, words: Sequence[tuple[int, int]]) -> bool:
    others = [at for at, (one, other) in enumerate(zip(traced(phrase).plain, written, strict=True)) if one != other]
    if not others or len(others) == len(written):
        return False
    last = first + len(written)
    for at in others:
        start, end = words[first + at]
        reaches_out = start < first or end > last
        is_whole = (start, end) == (first, last)
        if end - start > 1 and (reaches_out or is_whole):
            return False
    return True


@lru_cache(maxsize=64)
def _by_sound(phrases: tuple[str, ...]) -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for phrase in phrases:
        plain = traced(phrase).plain
        if 2 <= len(plain) <= LONGEST and all("\u4e00" <= each <= "\u9fff" for each in plain):
            key = tuple(_sound(each) for each in plain)
            found[key] = (*found.get(key, ()), phrase)
    return found


@lru_cache(maxsize=8_192)
def _sound(character: str) -> str:
    if not "\u4e00" <= character <= "\u9fff":
        return character
    return str(optional.pinyin().lazy_pinyin(character)[0])


def _words(plain: str) -> list[tuple[int, int]]:
    """Return for each character the word of the ordinary dictionary in which it stands."""
    found: list[tuple[int, int]] = []
    at = 0
    for word in _dictionary().cut(plain, False):
        found += [(at, at + len(word))] * len(word)
        at += len(word)
    return found


@lru_cache(maxsize=1)
def _dictionary() -> rjieba.Jieba:
    return rjieba.Jieba()
