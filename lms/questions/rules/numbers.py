"""Which number a learner typed."""

import re
import unicodedata
from fractions import Fraction

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?", re.ASCII)
_MINUS = str.maketrans({"−": "-", "–": "-", "。": "."})  # what input methods put for a minus and a point


def number_in(text: str, unit: str = "") -> Fraction | None:
    """Return the number that was typed, exactly; None when there is none or something else beside it.

    Full-width digits, thousands commas, the unit behind it and a currency sign before 元 are read over.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS)
    plain = _SPACE.sub("", plain).casefold()
    suffix = _SPACE.sub("", unicodedata.normalize("NFKC", unit)).casefold()
    if suffix:
        plain = plain.removesuffix(suffix)
    if suffix in ("元", "块"):
        plain = plain.removeprefix("¥")
    if not _NUMBER.fullmatch(plain) or not any(character.isdigit() for character in plain):
        return None
    return Fraction(plain.replace(",", ""))
