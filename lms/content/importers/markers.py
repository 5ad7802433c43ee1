"""The number or bullet in front of an item, as Word and people write it. Pure."""

import re
from dataclasses import dataclass

_DIGITS = re.compile(r"[（(【]?第?(\d{1,3})[)）】.．、:：]?$")
_LETTER = re.compile(r"[（(]?([A-Za-z])[)）.．、:：]$")
_CHINESE = re.compile(r"[（(]?第?([一二三四五六七八九十]{1,3})[)）.．、]?$")
_ROMAN = re.compile(r"[（(]?([ivxIVX]{2,5})[)）.．、]$")
_UNITS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True))
_CIRCLES = {chr(0x2460 + offset): offset + 1 for offset in range(20)}
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """number: None for a bullet. letter: A to H, as options of a question are counted."""

    number: int | None = None
    letter: bool = False


def read_marker(written: str) -> Counted:
    """Return how an item is counted; everything that is no number is a bullet."""
    mark = re.sub(r"\s+", "", written)
    if found := _DIGITS.match(mark):
        return Counted(number=int(found[1]))
    if mark in _CIRCLES:
        return Counted(number=_CIRCLES[mark])
    if found := _LETTER.match(mark):
        return Counted(number=ord(found[1].upper()) - ord("A") + 1, letter=found[1] in "ABCDEFGH")
    if found := _CHINESE.match(mark):
        return Counted(number=_chinese(found[1]))
    if found := _ROMAN.match(mark):
        return Counted(number=_roman(found[1].lower()))
    return Counted()


def _chinese(written: str) -> int:
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return _UNITS[written[0]]
    return _UNITS.get(tens, 1) * 10 + _UNITS.get(ones, 0)


def _roman(written: str) -> int:
    values = [_ROMAN_VALUES[sign] for sign in written]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
