"""The rubric of a written answer: `必说（3分）：…`, `应说`, `禁说`, `评分`."""

import re
from collections.abc import Sequence

from lms.content.grammar.amounts import normal
from lms.content.grammar.blocks import Item as ListItem
from lms.content.grammar.chips import MANUAL
from lms.content.grammar.inline import read_label
from lms.content.grammar.keywords import Word
from lms.content.grammar.reading import Reading
from lms.core.points import Points
from lms.core.texts import text
from lms.questions.expression import narrow, what_is_wrong_with
from lms.questions.parse.settings import Settings, read_points
from lms.questions.spec import Criterion, CriterionKind, Open

CRITERIA = {
    Word.MUST: CriterionKind.MUST,
    Word.SHOULD: CriterionKind.SHOULD,
    Word.NEVER: CriterionKind.NEVER,
    Word.RUBRIC: CriterionKind.JUDGED,
}
_POINTS = re.compile(r"([+-]?)\s*(\d{1,4}(?:\.\d{1,4})?)\s*(?:分|pts?)?")


def is_criterion(item: ListItem) -> bool:
    return read_label(item.text, CRITERIA) is not None


def read_open(reading: Reading, items: Sequence[ListItem], settings: Settings) -> Open:
    """Return the rubric; a line that cannot be read is reported and left out."""
    rubric = []
    for item in items:
        label = read_label(item.text, CRITERIA)
        if label is None:
            reading.error("Q216", item.first, text("评分标准每行写成“必说（3分）：词 | 词”，也可用应说、禁说、评分。"))
            continue
        word, argument, words = label
        criterion = _criterion(reading, item.first, CRITERIA[word], argument, words)
        if criterion is not None:
            rubric.append(criterion)
    return Open(
        rubric=tuple(rubric),
        manual=settings.has(MANUAL),
        shortest=settings.shortest,
        longest=settings.longest,
    )


def _criterion(reading: Reading, line: int, kind: CriterionKind, argument: str, words: str) -> Criterion | None:
    points = _points(reading, line, kind, argument)
    if kind is not CriterionKind.JUDGED:
        words = narrow(words)
        wrong = what_is_wrong_with(words)
        if wrong:
            reading.error(
                "Q216",
                line,
                text("“%(sign)s”这里写得不完整：词之间用 |（或）或 &（且），括号要成对。", sign=wrong),
            )
            return None
    if points is None:
        return None
    return Criterion(kind=kind, points=points, words=" ".join(words.split()))


def _points(reading: Reading, line: int, kind: CriterionKind, argument: str) -> Points | None:
    match = _POINTS.fullmatch(normal(argument))
    if match is None:
        sample = "禁说（-5分）：…" if kind is CriterionKind.NEVER else "必说（3分）：…"
        reading.error("Q216", line, text("请写上分值，例如“%(sample)s”。", sample=sample))
        return None
    points = read_points(reading, line, match[2])
    if points is None:
        return None
    if kind is CriterionKind.NEVER:
        if match[1] != "-" and points:
            reading.error("Q216", line, text("禁说是扣分，请写成负数，例如“禁说（-5分）：…”。"))
        return -points
    if match[1] == "-":
        reading.error("Q216", line, text("只有禁说才扣分，这里请写正数。"))
    return points
