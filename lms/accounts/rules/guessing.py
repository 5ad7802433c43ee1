"""Passwords that are tried first: those that many people have, and those made of what everybody here knows. Pure."""

import re
from collections.abc import Collection
from unicodedata import normalize

WORDS = frozenset(
    {"kefu", "academy", "lms", "admin", "administrator", "password", "passwd", "welcome", "客服", "学院", "密码"}
)
"""Words of the product, of roles and of passwords that make none harder to guess; docs/security.md lists them."""
LEFT = 4
"""So many characters have to be left of a password without such words, digits in a row and signs."""
_ROWS = re.compile(r"(0?123456789?0?|12345|1234|987654321|[^\w]|_|(19|20)[0-9]{2})")


def words_of(*facts: str) -> frozenset[str]:
    """Return what is known of a person or a company (number, name, address) as words to look for, three letters up.

    Chinese names have two, so two Chinese characters are a word, too.
    """
    parts = {part for fact in facts for part in re.split(r"[\s@.,_-]+", normalize("NFKC", fact).casefold())}
    return frozenset(part for part in parts if len(part) > 2 or (len(part) == 2 and not part.isascii()))


def is_common(password: str, common: Collection[str]) -> bool:
    """Return whether many people have the password, in any case. common: passwords in lower case."""
    return normalize("NFKC", password).casefold() in common


def is_known_here(password: str, words: Collection[str]) -> bool:
    """Return whether hardly anything is left of a password without words that everybody here knows.

    words: in lower case, beside WORDS. What holds none of them is not judged.
    """
    folded = normalize("NFKC", password).casefold()
    left = folded
    for word in sorted({*WORDS, *words}, key=len, reverse=True):
        left = left.replace(word, "")
    return left != folded and len(_ROWS.sub("", left)) < LEFT
