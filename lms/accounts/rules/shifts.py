"""Shifts and the patterns made of them: 早 / 中 / 晚 / 休, 8:00-16:00, 做四休二, 早早晚晚休休. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lms.core.errors import Invalid
from lms.core.texts import Text, text

MOST_CYCLE = 60
"""Days of the longest cycle."""
WORK = "班"
"""The code of a working day of which no shift is said."""
OFF = frozenset({"休", "息", "空", "-", "/", "0", "off", "x", "×"})

_HOURS = re.compile(
    r"(\d{1,2})(?:[:：](\d{2}))?(?:点|时)?[-~～—–－至到]{1,2}(?:次日|次晨)?(\d{1,2})(?:[:：](\d{2}))?(?:点|时)?"
)
_COUNTED = re.compile(
    r"(?:[做上干班]?([一二两三四五六七八九十]|\d{1,2})(?:天|日)?休([一二两三四五六七八九十]|\d{1,2})(?:天|日)?)"
)
_IN_ENGLISH = re.compile(r"(\d{1,2})on,?(\d{1,2})off")
_NUMBERS = {word: number for number, word in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_BETWEEN = re.compile(r"[\s,，、;；|→>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From when until when, in minutes from midnight; ends <= starts = next morning."""

    starts: int
    ends: int

    @property
    def words(self) -> str:
        """As a code of a shift: 08:00-16:00."""
        return f"{clock(self.starts)}-{clock(self.ends)}"


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def read_hours(written: str) -> Hours | None:
    """Return the hours written as 8:00-16:00, 8-16, 22:00～次日6:00; None where it is something else."""
    found = _HOURS.fullmatch(re.sub(r"\s", "", written))
    if found is None:
        return None
    starts = int(found[1]) * 60 + int(found[2] or 0)
    ends = int(found[3]) * 60 + int(found[4] or 0)
    if starts >= 1440 or ends > 1440 or int(found[2] or 0) > 59 or int(found[4] or 0) > 59:
        return None
    return Hours(starts=starts, ends=ends % 1440)


def read_cycle(written: str, codes: Collection[str] = ()) -> tuple[str, ...]:
    """Return the shifts of a cycle, "" = off; of days without a named shift the code is 班.

    Written as 做四休二, as 早早晚晚休休, or as words with something between. codes: those of the installation.
    Raises Invalid with what could not be read, for a cycle without a working day, and for one of over 60 days.
    """
    word = written.strip()
    close = re.sub(r"\s", "", word).casefold()
    if (counted := _COUNTED.fullmatch(close) or _IN_ENGLISH.fullmatch(close)) is not None:
        found = (WORK,) * _number(counted[1]) + ("",) * _number(counted[2])
    else:
        pieces = [piece for piece in _BETWEEN.split(word) if piece]
        if len(pieces) == 1:
            pieces = _letters(pieces[0], codes)
        found = tuple("" if piece.casefold() in OFF else _named(piece, codes) for piece in pieces)
    if not 1 <= len(found) <= MOST_CYCLE:
        raise _unclear(text("轮班最多 %(n)s 天一轮。", n=MOST_CYCLE))
    if not any(found):
        raise _unclear(text("一轮里至少要有一天上班。"))
    return found


def show_cycle(cycle: Sequence[str]) -> str:
    """Return a cycle as people write it."""
    worked = sum(map(bool, cycle))
    if set(cycle) == {WORK, ""} and all(cycle[:worked]):
        return f"做{worked}休{len(cycle) - worked}"
    words = [code or "休" for code in cycle]
    return "".join(words) if all(len(each) == 1 for each in words) else " ".join(words)


def _letters(word: str, codes: Collection[str]) -> list[str]:
    """Take a word without gaps apart: the longest known code first, else one letter a day."""
    known = sorted((code for code in codes if code), key=len, reverse=True)
    found: list[str] = []
    while word:
        code = next((code for code in known if word.startswith(code)), word[0])
        found.append(code)
        word = word[len(code) :]
    return found


LETTERS = "早中晚夜白班"
"""Shifts that need no row of their own to be understood."""


def _named(piece: str, codes: Collection[str]) -> str:
    if piece in codes:
        return piece
    if len(piece) in (1, 2) and piece[0] in LETTERS and piece[1:] in ("", "班"):
        return piece[0]
    raise _unclear(
        text(
            "轮班里的“%(word)s”看不懂。请写“做四休二”或“早早晚晚休休”；班次：%(codes)s。",
            word=piece,
            codes="、".join([*codes, *LETTERS]),
        )
    )


def _number(written: str) -> int:
    return _NUMBERS[written] if written in _NUMBERS else int(written)


def _unclear(reason: Text) -> Invalid:
    return Invalid(reason, fields={"cycle": reason})
