"""What the weights of options say in our terms, and what they say that we refuse to guess. Pure.

Elsewhere each option has a share of the marks, from -100 to 100 per cent, and a choice of several earns the sum. Here
a choice is right or wrong; of several right ones some may earn half. A weight that is neither is refused, and where
the same key is marked otherwise the question says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.core.points import decimal_text
from lms.core.texts import Text, text
from lms.questions.spec import Multiple, Single
from lms.quizzes.importers import build
from lms.quizzes.importers.collecting import Unfit

FULL = Fraction(100)
NONE = Fraction(0)
_WEIGHT = re.compile(r"-?\d{1,3}(?:\.\d{0,12})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?[01]?\d)?", re.ASCII)
_NEAR = Fraction(1, 2)
"""Per cent by which a sum of rounded thirds and sevenths may miss 100."""
_NEGATIVE = text("选错倒扣分没有带过来，这里选错不得分。")
_IN_PROPORTION = text("原来漏选按比例给分，这里漏选得一半。")
_MILD = text("原来错选只扣一部分分，这里错选不得分。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """source: Markdown. weight: per cent. note: Markdown of the feedback."""

    source: str
    weight: Fraction
    note: str = ""


def single(options: Sequence[Option]) -> tuple[Single, tuple[Text, ...]]:
    """Return a choice of one. Raises Unfit unless exactly one option earns all and the others nothing."""
    right = [place for place, option in enumerate(options) if option.weight == FULL]
    part = next((option for option in options if 0 < option.weight < FULL), None)
    if part is not None:
        raise Unfit(
            text(
                "“%(option)s”得 %(weight)s%% 的分，这里的单选非对即错。请改成 100%% 或 0，或改为多选。",
                option=part.source[:20],
                weight=decimal_text(part.weight),
            )
        )
    if not right:
        raise Unfit(text("没有得满分的选项，请标出正确答案。"))
    if len(right) > 1:
        raise Unfit(
            text("有 %(n)s 个选项都算对，单选只能有一个。请只留一个，或改为多选（各占一份权重）。", n=len(right))
        )
    notes = (_NEGATIVE,) if any(option.weight < 0 for option in options) else ()
    return build.single([each.source for each in options], right[0], [each.note for each in options]), notes


def multiple(options: Sequence[Option], *, half: bool, whole: bool, none: bool) -> tuple[Multiple, tuple[Text, ...]]:
    """Return a choice of several. half, whole: how tags say that it is marked; none: the same for wrong ones.

    Raises Unfit unless the right ones earn the same each, and all of them together everything.
    """
    right = [place for place, option in enumerate(options) if option.weight > 0]
    weights = [options[place].weight for place in right]
    if not right:
        raise Unfit(text("没有得分的选项，请标出正确答案。"))
    if max(weights) - min(weights) > _NEAR:
        raise Unfit(
            text(
                "正确选项的权重不一样（%(weights)s），这里每个正确选项同样重。请改成一样，例如各 %(each)s%%。",
                weights="、".join(f"{decimal_text(weight)}%" for weight in weights[:6]),
                each=decimal_text(FULL / len(right), 5),
            )
        )
    if abs(sum(weights) - FULL) > _NEAR:
        raise Unfit(
            text(
                "正确选项的权重加起来是 %(sum)s%%，应为 100%%。请改成各 %(each)s%%。",
                sum=decimal_text(sum(weights, Fraction(0))),
                each=decimal_text(FULL / len(right), 5),
            )
        )
    notes: list[Text] = []
    if not (half or whole or none) and any(-FULL < option.weight <= 0 for option in options):
        notes.append(_MILD)
    if not (half or whole) and len(right) > 1:
        half = True
        notes += [_IN_PROPORTION] * (len(right) > 2)  # of two, one is half
    shape = build.multiple(
        [each.source for each in options],
        right,
        [each.note for each in options],
        half=half and not whole,
        none=none,
    )
    return shape, tuple(notes)


def shares(shape: Multiple) -> list[Fraction]:
    """Return the weights by which other systems come nearest: a wrong option takes everything away."""
    each = FULL / len(shape.right)
    return [each if option.id in shape.right else -FULL for option in shape.options]


def per_cent(weight: Fraction) -> str:
    """Return a weight as other systems write it: 50, 33.33333, -100."""
    return decimal_text(weight, 5)


def read_per_cent(written: str) -> Fraction:
    """Return a weight. Raises Unfit for what is no number from -100 to 100."""
    bare = written.strip().replace("％", "%").removesuffix("%")
    found = Fraction(bare) if _WEIGHT.fullmatch(bare) else None
    if found is None or abs(found) > FULL:
        raise Unfit(text("权重“%(weight)s”看不懂，请写成 -100 到 100 的数。", weight=bare[:20]))
    return found


def read_number(written: str) -> Fraction:
    """Return a number. Raises Unfit for what is none, or is longer than anybody writes."""
    bare = written.strip().replace("−", "-")
    if not _NUMBER.fullmatch(bare):
        raise Unfit(text("“%(number)s”不是数，请写成 64 或 0.5。", number=bare[:20]))
    return Fraction(bare)
