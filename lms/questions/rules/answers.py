"""The value of an answer: its form for each kind of question, in the learner's ids and in the author's.

What is stored and graded uses the author's ids, so that numbers over many attempts mean the same option.
An answer may be incomplete: whatever is on the screen can be saved, and None takes an answer back.
"""

from collections.abc import Sequence
from typing import TypeAlias

from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.questions.rules.order import shown_ids
from lms.questions.spec import (
    FillIn,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Single,
    TrueFalse,
)

Answer: TypeAlias = str | bool | list[str] | dict[str, str] | None

LONGEST_BLANK = 200  # characters in one gap or number
LONGEST_OPEN = 5_000  # characters of a written answer


def read_answer(question: Question, order: Sequence[str], value: object) -> Answer:
    """Return a learner's value in the author's ids. order: the frozen order of the attempt's question.

    Raises Invalid, with the reason at the field `value`, when the value has not the form of its kind.
    """
    authored = {shown: own for own, shown in shown_ids(order).items()}
    match question.shape, value:
        case _, None:
            return None
        case Single(), str():
            return _known(value, authored)
        case Single(), _:
            raise _wrong(text('单选题的答案是一个选项的编号，例如 "o2"。'))
        case ((Multiple() | Ordering()), list()) if all(isinstance(each, str) for each in value):
            return _distinct([_known(each, authored) for each in value])
        case Multiple(), _:
            raise _wrong(text('多选题的答案是选项编号的列表，例如 ["o1", "o3"]。'))
        case Ordering(), _:
            raise _wrong(text('排序题的答案是步骤编号的列表，例如 ["s2", "s1"]。'))
        case TrueFalse(), bool():
            return value
        case TrueFalse(), _:
            raise _wrong(text("判断题的答案是 true 或 false。"))
        case FillIn() as shape, list() if all(isinstance(each, str) for each in value):
            if len(value) != len(shape.blanks):
                raise _wrong(
                    text(
                        "这道题有 %(blanks)s 个空，收到 %(given)s 个答案；没填的空请写成空文字。",
                        blanks=len(shape.blanks),
                        given=len(value),
                    )
                )
            return [_plain(each, LONGEST_BLANK) for each in value]
        case FillIn(), _:
            raise _wrong(text('填空题的答案是文字的列表，每空一个，例如 ["48", "退款"]。'))
        case Numeric(), str():
            return _plain(value, LONGEST_BLANK)
        case Numeric(), _:
            raise _wrong(text('数值题的答案是写成文字的数，例如 "64"。'))
        case Matching() as shape, dict() if all(isinstance(each, str) for each in value.values()):
            return _pairs(shape, value, authored)
        case Matching(), _:
            raise _wrong(text('匹配题的答案是左项到右项的对照，例如 {"l1": "r2"}。'))
        case Open(), str():
            return _plain(value, LONGEST_OPEN)
        case _:
            raise _wrong(text("问答题的答案是一段文字。"))


def shown_answer(order: Sequence[str], answer: Answer) -> Answer:
    """Return a stored answer in the learner's ids; an answer without ids is returned as it is."""
    shown = shown_ids(order)
    if not shown:
        return answer
    match answer:
        case str():
            return shown[answer]
        case list():
            return [shown[each] for each in answer]
        case dict():
            return {shown[left]: shown[right] for left, right in answer.items()}
        case _:
            return answer


def is_answered(question: Question, answer: Answer) -> bool:
    """Say whether the answer is complete: nothing is left to fill in, place or join."""
    match question.shape, answer:
        case _, None:
            return False
        case FillIn() as shape, list():
            return len(answer) == len(shape.blanks) and all(word.strip() for word in answer)
        case Ordering() as shape, list():
            return len(answer) == len(shape.steps)
        case Matching() as shape, dict():
            return len(answer) == len(shape.left)
        case _, str():
            return bool(answer.strip())
        case _, list():
            return bool(answer)
        case _:
            return True


def is_written(question: Question, answer: Answer) -> bool:
    """Whether it is an answer in somebody's own words; blanks alone say nothing."""
    return isinstance(question.shape, Open) and isinstance(answer, str) and bool(answer.strip())


def _wrong(why: Text) -> Invalid:
    return Invalid(why, code="answer_form", fields={"value": why})


def _known(given: str, authored: dict[str, str]) -> str:
    if given not in authored:
        raise _wrong(text("这道题没有编号为“%(id)s”的选项。", id=given[:20]))
    return authored[given]


def _distinct(ids: list[str]) -> list[str]:
    if len(set(ids)) != len(ids):
        raise _wrong(text("答案里有重复的编号，每个编号只能出现一次。"))
    return ids


def _pairs(shape: Matching, value: dict[object, str], authored: dict[str, str]) -> dict[str, str]:
    left = {item.id for item in shape.left}
    pairs = {_known(str(one), authored): _known(other, authored) for one, other in value.items()}
    if not set(pairs) <= left or set(pairs.values()) & left:
        raise _wrong(text('匹配题的答案左边写左项的编号，右边写右项的编号，例如 {"l1": "r2"}。'))
    return pairs


def _plain(given: str, longest: int) -> str:
    if len(given) > longest:
        raise _wrong(text("答案有 %(given)s 个字，最多 %(longest)s 个字，请缩短。", given=len(given), longest=longest))
    if "\x00" in given or any("\ud800" <= character <= "\udfff" for character in given):
        raise _wrong(text("答案里有无法保存的字符，请删去后重新输入。"))
    return given
