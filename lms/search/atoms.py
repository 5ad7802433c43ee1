"""What text is made of: Chinese characters, runs of letters, numbers; and how numerals read as numbers. Pure."""

import re
from collections.abc import Sequence

from lms.core.folding import folded

HAN = r"々〇\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
"""Characters that are words by themselves: no space parts them (kana and hangul too)."""
LONGEST = 64
"""Characters of one atom; what is beyond is noise (a digest, a line of a drawing)."""
_ATOM = re.compile(rf"[{HAN}]|\d+(?:,\d{{3}})+(?!\d)|\d+(?:\.\d+)?|[^\W\d_{HAN}]+")
_LATIN = re.compile(rf"[^{HAN}]")
_SOFT = re.compile(r"[ \u00a0]*")
_JOINER = re.compile(r"[-_/.·'’&+]")
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_LINE = re.compile(r"[\r\n\t\v\f\x1c-\x1f\x85\u2028\u2029]+")

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}
_NUMERALS = _DIGITS.keys() | _TENS.keys() | {"万", "亿"}
_BEFORE = frozenset("双第满减买送前后")
UNITS = frozenset(
    "天日月年周时分秒个件单元块角折倍次号级层岁斤米人位款张份套双瓶盒包点期倒档星步种条项家店次版类瓦升码寸度"
)
"""A numeral before one of these is a number: 七天, 三折. Elsewhere one character alone is part of a word: 统一."""

Run = tuple[str, ...]
"""Atoms that stand beside one another in the text, with nothing but space or a joint between them."""


def runs(text: str) -> list[Run]:
    """Return the atoms of the text, folded, in runs; a line's end, a comma, a bracket begins a new one."""
    found: list[Run] = []
    for line in _LINE.split(text.translate(_INVISIBLE)):
        flat = folded(line)
        run: list[str] = []
        end = 0
        for match in _ATOM.finditer(flat):
            if run and not _joined(flat[end : match.start()], run[-1], match[0]):
                found.append(tuple(run))
                run = []
            run.append(match[0].replace(",", "")[:LONGEST])
            end = match.end()
        if run:
            found.append(tuple(run))
    return found


def is_latin(atom: str) -> bool:
    """Return whether the atom is a run of letters or a number, not a Chinese character."""
    return _LATIN.match(atom) is not None


def _joined(gap: str, left: str, right: str) -> bool:
    if _SOFT.fullmatch(gap):
        return True
    return _JOINER.fullmatch(gap) is not None and (is_latin(left) or is_latin(right))


def with_numbers(run: Run) -> Run:
    """Return the run with its numerals as numbers: 七天 → 7 天, 双十一 → 双 11, 3万 → 30000; else the run itself."""
    read: list[str] = []
    at = 0
    while at < len(run):
        end = numeral_end(run, at)
        if end > at:
            read.append(str(number_of("".join(run[at:end]))))
            at = end
        elif run[at] == "万" and read and read[-1].isdecimal() and len(read[-1]) < 9 and run[at - 1] == read[-1]:
            read[-1] = str(int(read[-1]) * 10_000)
            at += 1
        else:
            read.append(run[at])
            at += 1
    return tuple(read) if tuple(read) != run else run


def numeral_end(run: Sequence[str], at: int) -> int:
    """Return where the numeral that begins here ends; `at` when none does or it is but part of a word."""
    end = at
    while end < len(run) and run[end] in _NUMERALS:
        end += 1
    if end == at or number_of("".join(run[at:end])) is None:
        return at
    is_number = end - at > 1 or (at > 0 and run[at - 1] in _BEFORE) or (end < len(run) and run[end] in UNITS)
    return end if is_number else at


def number_of(numeral: str) -> int | None:
    """Return the value of a Chinese numeral below 10^16: 二十 20, 一百零五 105, 一二三 123; None when it is none."""
    if len(numeral) > 16:
        return None
    if all(character in _DIGITS for character in numeral):
        return int("".join(str(_DIGITS[character]) for character in numeral)) if numeral else None
    total = part = digit = 0
    last = 10**9
    for character in numeral:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
        elif character in _TENS:
            unit = _TENS[character]
            if unit >= last or (not digit and (unit != 10 or part)):
                return None
            part += (digit or 1) * unit
            last, digit = unit, 0
        else:
            unit = 10_000 if character == "万" else 10**8
            if not part + digit:
                return None
            total = (total + part + digit) * unit
            part = digit = 0
            last = 10**9
    return total + part + digit
