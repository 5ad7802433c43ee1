"""The rubric of a free reply: 必说, 应说, 禁说, 评分, one criterion a line."""

import re

from lms.content.grammar.keywords import Word, find_word
from lms.core.texts import text
from lms.drills.parse.effects import chips_of, read_effects
from lms.drills.parse.frame import Frame
from lms.drills.parse.items import Line
from lms.drills.spec import Criterion
from lms.questions.expression import narrow, what_is_wrong_with
from lms.questions.parse.rubric import CRITERIA
from lms.questions.spec import CriterionKind

_LABEL = re.compile(r"(?P<label>(?:`[^`\n]*`|【[^【】\n]{1,80}】|[^：:`【\n])*)[：:]\s*(?P<words>.*)", re.DOTALL)
_WORD = re.compile(r"\s*(?P<word>[^\s`【（(+\-－−\d]+?)(?=$|[\s`【（(])")
_CHIPS = re.compile(r"`[^`\n]+`|【[^【】\n]{1,80}】")
_LAST_CHIPS = re.compile(r"(?:\s*(?:`[^`\n]+`|【[^【】\n]{1,80}】))+\s*$")
_PARTS = re.compile(r"[\s,，、;；（）()]+")


def is_criterion(words: str) -> bool:
    """Say whether a line begins with the word of a criterion."""
    return _word_of(words) is not None


def read_criterion(frame: Frame, line: Line) -> Criterion | None:
    """Return the criterion; None where its words cannot be read, which is reported."""
    found = _word_of(line.words)
    assert found is not None
    word, written = found
    frame.reading.note_word(written, line.line)
    kind = CRITERIA[word]
    label = _LABEL.fullmatch(line.words)
    if label is None:
        problem = text("“%(word)s”后面写冒号，再写要找的词：“%(word)s `共情+5`：词 | 词”。", word=written)
        frame.reading.error("D315", line.line, problem)
        return None
    words, behind = label["words"], ""
    last = _LAST_CHIPS.search(words)
    if last is not None:
        words, behind = words[: last.start()], last[0]
    named = label["label"].lstrip()[len(written) :]
    chips = [*chips_of(line.line, named), *_unticked(line.line, named), *chips_of(line.line, behind)]
    effects = read_effects(frame, chips, requires=False).effects
    _signs(frame, line, kind, [(each.dimension, each.points) for each in effects.points])
    if kind is not CriterionKind.JUDGED:
        words = narrow(words)
        wrong = what_is_wrong_with(words)
        if wrong:
            problem = text("“%(sign)s”这里写得不完整：词之间用 |（或）或 &（且），括号要成对。", sign=wrong)
            frame.reading.error("D315", line.line, problem)
            return None
    elif not words.strip():
        frame.reading.error("D315", line.line, text("评分后面写上看什么，例如“评分 `共情+5`：语气是否平和”。"))
    return Criterion(kind=kind, words=" ".join(words.split()), effects=effects, note=line.note, span=line.span)


def _word_of(words: str) -> tuple[Word, str] | None:
    head = _LABEL.match(words)
    match = _WORD.match(head["label"] if head else words)
    word = find_word(match["word"], CRITERIA) if match else None
    return (word, match["word"]) if word and match else None


def _unticked(line: int, named: str) -> list[tuple[int, str]]:
    """Return effects of a label that stand there without backticks: `必说 共情+8：`."""
    bare = _CHIPS.sub(" ", named)
    bare = re.sub(r"\s*([+＋\-－−])\s*(?=\d)", r"\1", bare)
    return [(line, part) for part in _PARTS.split(bare) if part]


def _signs(frame: Frame, line: Line, kind: CriterionKind, points: list[tuple[str, int]]) -> None:
    for name, value in points:
        if kind is CriterionKind.NEVER and value > 0:
            fix = frame.mended(line.line, f"{name}+{value}", f"{name}-{value}")
            problem = text("禁说是扣分，请写成“%(name)s-%(n)s”。", name=name, n=value)
            frame.reading.error("D315", line.line, problem, fix)
        elif kind is not CriterionKind.NEVER and value < 0:
            problem = text("只有禁说才扣分，这里请写“%(name)s+%(n)s”。", name=name, n=-value)
            frame.reading.error("D315", line.line, problem)
