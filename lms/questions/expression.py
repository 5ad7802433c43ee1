"""What a line of a rubric looks for: `A | (B & C)`. One reader for the author's check and for the marking. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

LONGEST = 2_000  # characters of one line
DEEPEST = 10  # brackets within brackets
_SIGNS = re.compile(r"[()|&]|[^()|&]+")
_WIDE = str.maketrans("（）｜＆", "()|&")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is looked for as it stands."""

    words: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    of: tuple["Expression", ...]


Expression: TypeAlias = Phrase | AnyOf | AllOf


class Malformed(ValueError):
    """sign: the character at which the line breaks off."""

    def __init__(self, sign: str) -> None:
        super().__init__(sign)
        self.sign = sign


def narrow(words: str) -> str:
    """Return the line with its signs as they are meant: （ and ｜ are ( and |."""
    return words.translate(_WIDE)


@lru_cache(maxsize=4_096)
def read(words: str) -> Expression:
    """Return what a line looks for; & binds more tightly than |. Raises Malformed."""
    if len(words) > LONGEST:
        raise Malformed(words[LONGEST])
    return _Reader(narrow(words)).whole()


def what_is_wrong_with(words: str) -> str:
    """Return the character at which a line breaks off; "" where it is well formed.

    Well formed: phrases joined by | and &, with brackets in pairs and a phrase on both sides of each sign.
    """
    try:
        read(words)
    except Malformed as found:
        return found.sign
    return ""


def phrases(expression: Expression) -> Iterator[str]:
    """Yield every phrase that occurs in it, in the author's order."""
    match expression:
        case Phrase(words):
            yield words
        case AnyOf(of) | AllOf(of):
            for each in of:
                yield from phrases(each)


class _Reader:
    def __init__(self, words: str) -> None:
        self.signs = [match[0].strip() for match in _SIGNS.finditer(words) if not match[0].isspace()]
        self.last = words.rstrip()[-1:] or "|"
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        found = self.any_of()
        if self.at < len(self.signs):
            raise Malformed(self.signs[self.at])
        return found

    def any_of(self) -> Expression:
        found = [self.all_of()]
        while self.taken("|"):
            found.append(self.all_of())
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    def all_of(self) -> Expression:
        found = [self.one()]
        while self.taken("&"):
            found.append(self.one())
        return found[0] if len(found) == 1 else AllOf(tuple(found))

    def one(self) -> Expression:
        if self.at >= len(self.signs):
            raise Malformed("(" if self.depth else self.last)
        sign = self.signs[self.at]
        if sign == "(":
            return self.bracket()
        if sign in ")|&":
            raise Malformed(sign)
        self.at += 1
        return Phrase(sign)

    def bracket(self) -> Expression:
        self.at += 1
        self.depth += 1
        if self.depth > DEEPEST:
            raise Malformed("(")
        found = self.any_of()
        if not self.taken(")"):
            raise Malformed("(" if self.at >= len(self.signs) else self.signs[self.at])
        self.depth -= 1
        return found

    def taken(self, sign: str) -> bool:
        if self.at < len(self.signs) and self.signs[self.at] == sign:
            self.at += 1
            return True
        return False
