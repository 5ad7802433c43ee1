"""What a format can't say of a question is told, one sentence each, by the question's number. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lms.core.points import ONE_POINT
from lms.core.texts import Text, text
from lms.questions.spec import Matching, Numeric, Open, Question
from lms.quizzes.importers.collecting import Unfit
from lms.quizzes.importers.reading import Bank, Picture

PICTURES = text("图片没有写进去，只留下图片的说明。")


@dataclass(slots=True)
class Losses:
    """Notes about the questions of a bank, which are counted from 1."""

    notes: list[Text] = field(default_factory=list)
    number: int = 0

    def next(self) -> None:
        self.number += 1

    def add(self, notes: Iterable[Text]) -> None:
        for note in dict.fromkeys(notes):
            self.notes.append(text("第 %(n)s 题：%(note)s", n=self.number, note=note))

    def left_out(self, reason: Text) -> None:
        self.notes.append(text("第 %(n)s 题没有写进文件：%(reason)s", n=self.number, reason=reason))


class Pen(Protocol):
    """Writes one question and remembers what was lost of it."""

    notes: list[Text]

    def question(self, question: Question) -> str:
        """Return the question in the pen's format. Raises Unfit."""
        ...


def written(
    bank: Bank, pen_of: Callable[[Mapping[str, Picture]], Pen], heading: Callable[[str], str]
) -> tuple[list[str], tuple[Text, ...]]:
    """Return the questions of a bank one by one, a heading before each new section, and what was lost."""
    losses, found, section = Losses(), [], ""
    for group in bank.groups:
        title = " ".join(group.title.split())
        if title != section and group.questions:
            section = title
            found.append(heading(section))
        for question in group.questions:
            losses.next()
            pen = pen_of(bank.pictures)
            try:
                found.append(pen.question(question))
            except Unfit as unfit:
                losses.left_out(unfit.reason)
            else:
                losses.add(pen.notes)
    return found, tuple(losses.notes)


def lost_of(
    question: Question, *, hint: bool = False, model: bool = False, rubric: bool = False, unit: bool = False,
    settings: bool = False,
) -> Iterable[Text]:  # fmt: skip
    """Yield what of a question is lost where the format has no place for these; remarks on pairs are lost anywhere."""
    shape = question.shape
    if hint and question.hint:
        yield text("提示没有写进去。")
    if model and question.model:
        yield text("参考答案没有写进去。")
    if rubric and isinstance(shape, Open) and shape.rubric:
        yield text("评分标准没有写进去，读回来由人评分。")
    if unit and isinstance(shape, Numeric) and shape.unit:
        yield text("单位“%(unit)s”没有写进去。", unit=shape.unit)
    if isinstance(shape, Matching) and any(item.note for item in shape.left):
        yield text("每一对的解析没有写进去。")
    if settings:
        if question.points not in (None, ONE_POINT):
            yield text("分值没有写进去。")
        if question.tags:
            yield text("标签没有写进去。")
        if question.level is not None:
            yield text("难度没有写进去。")
