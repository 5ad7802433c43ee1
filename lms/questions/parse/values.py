"""Typed answers: true or false, gaps, numbers."""

import re
from collections.abc import Sequence
from fractions import Fraction

from lms.content.grammar.amounts import normal
from lms.content.grammar.blocks import Item as ListItem
from lms.content.grammar.chips import CASE_SENSITIVE
from lms.content.grammar.inline import read_label, split_alternatives, split_label
from lms.content.grammar.keywords import Word, find_word
from lms.content.grammar.reading import Reading
from lms.core.texts import text
from lms.questions.parse.settings import Settings
from lms.questions.spec import FillIn, Numeric, TrueFalse

_N = r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_UNIT = r"\s*([^\d\s.+±~\-到至–—][^\d]{0,9})?"
_VALUE = re.compile(rf"{_N}{_UNIT}", re.ASCII)
_TOLERANCE = re.compile(rf"{_N}{_UNIT}\s*(?:±|\+/?-)\s*{_N}{_UNIT}", re.ASCII)
_RANGE = re.compile(rf"{_N}{_UNIT}\s*(?:\.\.+|~|—+|–|到|至|(?<=\d)-)\s*{_N}{_UNIT}", re.ASCII)
_BLANK_LABEL = re.compile(r"(.*?)\s*(\d{0,2})")


def answer_in(item: ListItem) -> str | None:
    """Return what stands behind `答案：`; None if the item is no answer."""
    label = read_label(item.text.split("\n")[0], (Word.ANSWER,))
    return None if label is None else label[2].strip()


def blank_in(item: ListItem) -> tuple[int, str] | None:
    """Return number (0 if none is written) and words of `空1：…`; None if the item is no gap."""
    parts = split_label(item.text.split("\n")[0])
    if parts is None:
        return None
    match = _BLANK_LABEL.fullmatch(normal(parts[0]))
    if match is None or find_word(match[1], (Word.BLANK,)) is None:
        return None
    return int(match[2] or 0), parts[1]


def read_answer_line(reading: Reading, item: ListItem, given: str) -> TrueFalse | Numeric | None:
    """Return what `- 答案：…` holds: 对 or 错, else a number."""
    word = find_word(given, (Word.TRUE, Word.FALSE))
    if word is not None:
        return TrueFalse(right=word is Word.TRUE)
    number = read_number_answer(given)
    if number is None:
        reading.error(
            "Q212",
            item.first,
            text("答案“%(answer)s”不是对、错，也不是数。数写成 64、64 ± 0.01 元或 60..70。", answer=given[:30]),
        )
    elif number.low > number.high:
        reading.error("Q212", item.first, text("范围的下限比上限大，请调换。"))
        return None
    return number


def read_number_answer(written: str) -> Numeric | None:
    """Return the number, range or tolerance that is written; None if it is none of them.

    `+-` stands for ±, `~` and a dash for `..`; the unit may follow either number.
    """
    plain = normal(written).replace("−", "-")
    if match := _VALUE.fullmatch(plain):
        value = _fraction(match[1])
        return Numeric(low=value, high=value, target=value, unit=_unit(match[2]))
    if match := _TOLERANCE.fullmatch(plain):
        target, tolerance = _fraction(match[1]), abs(_fraction(match[3]))
        unit = _unit(match[4], match[2])
        return Numeric(low=target - tolerance, high=target + tolerance, target=target, unit=unit)
    if match := _RANGE.fullmatch(plain):
        return Numeric(low=_fraction(match[1]), high=_fraction(match[3]), unit=_unit(match[4], match[2]))
    return None


def read_fill_in(
    reading: Reading, line: int, gaps: int, rows: Sequence[tuple[ListItem, int, str]], settings: Settings
) -> FillIn | None:
    """Return the gaps with their words. gaps: how many the question's text has. rows: item, number, words."""
    blanks: dict[int, tuple[str, ...]] = {}
    for index, (item, number, words) in enumerate(rows, start=1):
        number = number or (1 if len(rows) == 1 else index)
        accepted = tuple(dict.fromkeys(split_alternatives(words)))
        if number in blanks:
            reading.error("Q211", item.first, text("空%(number)s写了两次，请改编号。", number=number))
            continue
        if not accepted:
            reading.error("Q211", item.first, text("空%(number)s没有答案，请写成“- 空1：48 | 四十八”。", number=number))
        blanks[number] = accepted
    wanted = set(range(1, gaps + 1))
    if set(blanks) != wanted:
        reading.error(
            "Q210",
            line,
            text(
                "题目里有 %(gaps)s 个空（____），下面写了 %(given)s 个答案，请一一对应。",
                gaps=gaps,
                given=len(blanks),
            ),
        )
        return None
    if not all(blanks.values()):
        return None
    return FillIn(
        blanks=tuple(blanks[number] for number in sorted(blanks)),
        case_sensitive=settings.has(CASE_SENSITIVE),
    )


def _fraction(written: str) -> Fraction:
    return Fraction(written.replace(",", ""))


def _unit(*found: str | None) -> str:
    return next((unit.strip() for unit in found if unit and unit.strip()), "")
