"""What stands in one cell of a sheet of figures: a value with its unit, a number of cases, a period. Pure.

Nothing is guessed: what could mean two things is refused with the way to write it.
"""

import re
from datetime import date
from functools import lru_cache
from math import isfinite
from unicodedata import normalize

from lms.core import sheets
from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.performance.rules.folding import oldest_day
from lms.performance.rules.metrics import Metric, Unit
from lms.performance.rules.periods import Grain, Period, period, period_of

MOST_COUNT = 2**53 - 1
"""The greatest number of cases; every database and every client can hold it."""
MOST_VALUE = 1e15
NOTHING = frozenset({"", "-", "--", "—", "——", "/", "n/a", "na", "null", "none", "无", "暂无"})
"""What is written into a cell that has no value."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:e[+-]?[0-9]{1,3})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,30})?")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5]?[0-9]):([0-5]?[0-9])(?:\.0+)?")
_SPAN = re.compile(
    r"(?:([0-9]{1,4})(?:天|d))?"
    r"(?:([0-9]{1,6})(?:小时|时|h))?"
    r"(?:([0-9]{1,6})(?:分钟|分|min|m))?"
    r"(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)(?:秒钟|秒|s))?"
)
_WORDS = {Unit.COUNT: ("个", "条", "次", "人", "单", "通"), Unit.SCORE: ("分",), Unit.PERCENT: ("%",)}
_HALF_WIDTH = {0x3000: 0x20, **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}}
"""Full-width letters, digits and signs; nothing else is changed: ² stays ² and is no number."""
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00)?$")
SECONDS = {"毫秒": 0.001, "ms": 0.001, "秒": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "秒钟": 1.0}
SECONDS |= {"分": 60.0, "分钟": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0}
SECONDS |= {"时": 3600.0, "小时": 3600.0, "h": 3600.0, "hour": 3600.0, "hours": 3600.0, "天": 86400.0, "d": 86400.0}
"""Seconds of the units that stand in the brackets of a header."""


def half_width(written: str) -> str:
    return written.translate(_HALF_WIDTH).strip()


def login_of(number: str) -> str:
    """Return the form in which employee numbers are compared, as at the sign-in."""
    return normalize("NFKC", number).strip().casefold()


def is_nothing(written: str) -> bool:
    return half_width(written).casefold() in NOTHING


def value(written: str, metric: Metric, *, seconds: float | None = None) -> float:
    """Return the value that a cell holds, in the metric's unit.

    "98%", "1分20秒", "00:01:20", "1,234" and plain numbers. seconds: what one means, where the header says so.
    Raises Invalid for what is no value of this metric, with the reason.
    """
    words = half_width(written).casefold().replace(" ", "")
    number = _plain(words, metric.unit)
    if number is not None and seconds is not None:
        number = number * seconds / _one(metric.unit)
    if number is None and metric.unit in (Unit.SECONDS, Unit.HOURS):
        number = _span(words, metric.unit)
    if number is None:
        raise Invalid(_how(written, metric.unit))
    return checked(number, metric)


def number(written: str) -> float | None:
    """Return a number without a unit, as a form sends it; None where nothing is written. Raises Invalid."""
    words = half_width(written).replace(" ", "")
    if not words:
        return None
    found = _plain(words, Unit.COUNT)
    if found is None or not isfinite(found) or abs(found) > MOST_VALUE:
        raise Invalid(text("“%(written)s”不是数。", written=_cut(written)))
    return found


def checked(number: float, metric: Metric) -> float:
    """Return the number where the metric can have it. Raises Invalid."""
    if not isfinite(number) or abs(number) > MOST_VALUE:
        raise Invalid(text("这个数太大，请核对。"))
    if metric.low is not None and number < metric.low:
        raise Invalid(text("%(value)s 小于可能的最小值 %(low)s，请核对。", value=shown(number), low=shown(metric.low)))
    if metric.high is not None and number > metric.high:
        raise Invalid(
            text("%(value)s 大于可能的最大值 %(high)s，请核对。", value=shown(number), high=shown(metric.high))
        )
    return number + 0.0  # -0.0 is 0


def shown(number: float) -> str:
    """Return a number as short as it is true to six places."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def count(written: str) -> int | None:
    """Return a number of cases; None where nothing is written. Raises Invalid."""
    if is_nothing(written):
        return None
    words = half_width(written).replace(",", "").replace(" ", "").removesuffix(".0")
    if not (words.isascii() and words.isdigit()) or len(words) > 16 or int(words) > MOST_COUNT:
        raise Invalid(text("样本数“%(written)s”不是整数。", written=_cut(written)))
    return checked_count(int(words))


def checked_count(number: int) -> int:
    """Return the number of cases on which a value can rest. Raises Invalid."""
    if number == 0:
        raise Invalid(text("样本数是 0，却有数值。没有样本请把数值留空。"))
    if not 0 < number <= MOST_COUNT:
        raise Invalid(text("样本数请写大于 0 的整数。"))
    return number


def when(written: str, today: date, grain: Grain | None = None) -> Period:
    """Return the period that a cell names, also as 202610, 20261005 or Excel's number of a day.

    grain: of which period the day is meant to be one, where the file writes days only. Raises Invalid, also for a
    period that has not begun, and for a day whose month has been folded.
    """
    found = _period(normalize("NFKC", written).strip()[:40])
    if found is None:
        raise Invalid(
            text("时间“%(written)s”看不懂：写成 2026Q4、2026-10、2026-W41 或 2026-10-05 这样。", written=_cut(written))
        )
    if grain is not None and found.grain is Grain.DAY:
        found = period_of(found.start, grain)
    if found.start > today:
        raise Invalid(text("%(period)s 还没有开始。", period=str(found)))
    if found.grain is Grain.DAY and found.start < oldest_day(today):
        raise Invalid(text("%(period)s 太早，那时的日数据已经并成月，请按月导入。", period=str(found)))
    return found


@lru_cache(maxsize=4096)
def _period(words: str) -> Period | None:
    words = _MIDNIGHT.sub("", words)
    if words.isascii() and words.isdigit() and len(words) == 6:
        words = f"{words[:4]}-{words[4:]}"
    words = re.sub(r"^([0-9]{4})年第?([0-9]{1,2})周$", lambda found: f"{found[1]}-W{int(found[2]):02}", words)
    try:
        return period(words)
    except Invalid:
        pass
    try:
        return period(sheets.day(words).isoformat())
    except (Invalid, ValueError):
        return None


def _one(unit: Unit) -> float:
    return 3600.0 if unit is Unit.HOURS else 1.0


def _plain(words: str, unit: Unit) -> float | None:
    for ending in _WORDS.get(unit, ()):
        words = words.removesuffix(ending)
    if _GROUPED.fullmatch(words):
        words = words.replace(",", "")
    return float(words) if _NUMBER.fullmatch(words) else None


def _span(words: str, unit: Unit) -> float | None:
    """Return a span of time: 1:02:03 is hours, minutes, seconds; 01:20 could be either and is none."""
    parts: tuple[str | None, ...]
    if found := _CLOCK.fullmatch(words):
        parts = ("0", *found.groups())
    elif words and (found := _SPAN.fullmatch(words)):
        parts = found.groups()
    else:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in parts)
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) / _one(unit)


def _how(written: str, unit: Unit) -> Text:
    values = {"written": _cut(written)}
    if unit is Unit.PERCENT:
        return text("“%(written)s”不是百分数，请写成 98 或 98%%。", **values)
    if unit is Unit.SECONDS:
        return text("“%(written)s”不是时长，请写秒数，或 1分20秒、00:01:20。", **values)
    if unit is Unit.HOURS:
        return text("“%(written)s”不是时长，请写小时数，或 1天12小时、36:00:00。", **values)
    return text("“%(written)s”不是数。", **values)


def _cut(written: str) -> str:
    """Return the beginning of what somebody wrote, as it can be shown and kept everywhere."""
    kept = "".join(sign for sign in written[:40] if sign.isprintable())
    return kept.encode("utf-8", "replace").decode("utf-8")


def in_words(number: float, unit: Unit) -> Text | str:
    """Return a value as people read it, with at most two decimals and its unit."""
    rounded = f"{number:,.2f}".rstrip("0").rstrip(".")
    if unit is Unit.PERCENT:
        return f"{rounded}%"
    if unit is Unit.SECONDS:
        return text("%(n)s 秒", n=rounded)
    if unit is Unit.HOURS:
        return text("%(n)s 小时", n=rounded)
    return rounded
