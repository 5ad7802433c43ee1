"""Amounts as authors write them: 60秒, 15分钟, 80%, 3小时, 90天, 20-150; and days and spans of days."""

import re
import unicodedata
from datetime import date
from fractions import Fraction

_UNITS = {
    "秒": 1, "s": 1, "sec": 1, "秒钟": 1,
    "分钟": 60, "分": 60, "min": 60, "m": 60,
    "小时": 3600, "h": 3600, "时": 3600, "个小时": 3600,
    "天": 86400, "d": 86400, "日": 86400,
}  # fmt: skip
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([a-z]+|[秒分钟小时天日个]+)")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?) ?%")
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,6})?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")

RANGE = r"(?:\.\.|[-~—–−―至到])"  # after NFKC: what stands between two ends of a range


def normal(text: str) -> str:
    """Return the text after NFKC, stripped: full-width digits, signs and colons are the plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def read_seconds(text: str) -> int | None:
    """Return whole seconds, at least 1, of “60秒”, “1小时30分钟”, “90 min”; None if it is no length of time."""
    rest = normal(text).casefold()
    total = Fraction(0)
    while rest:
        part = _PART.match(rest)
        if part is None or part[2] not in _UNITS:
            return None
        total += Fraction(part[1]) * _UNITS[part[2]]
        rest = rest[part.end() :].lstrip()
    return int(total) if total >= 1 and total.denominator == 1 else None


def read_minutes(text: str) -> int | None:
    """Return whole minutes, at least 1, of a length of time; seconds are rounded up."""
    seconds = read_seconds(text)
    return None if seconds is None else -(-seconds // 60)


def read_days(text: str) -> int | None:
    """Return whole days, at least 1, of “90天”; None if it is not a whole number of days."""
    seconds = read_seconds(text)
    if seconds is None or seconds % 86400:
        return None
    return seconds // 86400


def read_percent(text: str) -> Fraction | None:
    """Return 0–1 of “80%”; None if it is no percentage from 0 to 100."""
    match = _PERCENT.fullmatch(normal(text))
    if match is None:
        return None
    share = Fraction(match[1]) / 100
    return share if share <= 1 else None


def read_number(text: str) -> Fraction | None:
    """Return the exact value of “3”, “-5” or “0.01”; None if it is no plain number."""
    plain = normal(text).replace("−", "-")
    return Fraction(plain) if _NUMBER.fullmatch(plain) else None


def read_day(text: str) -> date | None:
    """Return the day of “2026-11-01” (also with / . or 年月日); None if there is no such day."""
    match = _DAY.fullmatch(normal(text))
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def read_day_span(text: str) -> tuple[date | None, date | None] | None:
    """Return first and last day of “2026-11-01..2026-11-20”; an open end is None; None if it is no span.

    “..” or “~”, “至”, “到” stand between; a single hyphen does not, it is part of the days.
    """
    ends = re.split(r"\.\.|[~—–―至到]", normal(text))
    if len(ends) != 2 or not any(end.strip() for end in ends):
        return None
    days = [read_day(end) for end in ends]
    if any(end.strip() and day is None for end, day in zip(ends, days, strict=True)):
        return None
    return days[0], days[1]


def write_seconds(seconds: int, *, chinese: bool = True) -> str:
    """Return the shortest canonical form: 90秒, 15分钟, 2小时, 3天."""
    sizes = ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min"), (1, "秒", "s"))
    for size, zh, en in sizes:
        if seconds % size == 0:
            return f"{seconds // size}{zh if chinese else en}"
    raise AssertionError("one second divides every whole number")


def write_percent(share: Fraction) -> str:
    """Return “80%”; a share that is no whole percentage with up to three decimals, “66.667%”."""
    percent = share * 100
    if percent.denominator == 1:
        return f"{percent.numerator}%"
    return f"{float(percent):.3f}".rstrip("0") + "%"
