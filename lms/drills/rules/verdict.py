"""The verdict on a run in one sentence: how it ended, and on what it hung. Pure."""

from collections.abc import Sequence
from fractions import Fraction

from lms.core.points import decimal_text
from lms.core.texts import Text, text
from lms.drills.rules.play import End
from lms.drills.rules.score import Result
from lms.drills.spec import Clause, DrillSpec

GOOD = 80


def verdict(drills: Sequence[DrillSpec], lanes: Sequence[Result], whole: Result) -> Text:
    """Return the one sentence. drills, lanes: of each conversation, at least one."""
    if len(lanes) > 1:
        return _of_several(lanes)
    match whole.end:
        case End.TIME:
            return text("顾客没有等到答复，时间用完了。")
        case End.STEPS:
            return text("对话绕了太久，没有收住。")
        case End.FAIL:
            return text("顾客不满意地离开了。")
    if not whole.passed:
        short = _short(drills[0].passes, whole)
        if short is None:
            return text("顾客接受了处理，但还没有达到通过的条件。")
        return text("顾客接受了处理，但%(what)s，没有达到通过的条件。", what=short)
    weakest = min(
        (each for each in whole.dimensions if each.score is not None), key=lambda each: each.score or 0, default=None
    )
    if weakest is not None and weakest.score is not None and weakest.score < GOOD:
        return text("顾客接受了处理，还可以练的是%(name)s。", name=weakest.name)
    return text("顾客接受了处理，每一项都稳。")


def _of_several(lanes: Sequence[Result]) -> Text:
    well = sum(each.end is End.PASS for each in lanes)
    passed = sum(each.passed for each in lanes)
    if passed == len(lanes):
        return text("%(n)s 位顾客都接受了处理，每一位都达到了通过的条件。", n=len(lanes))
    if well == len(lanes):
        return text("%(n)s 位顾客都接受了处理，其中 %(m)s 位达到通过的条件。", n=len(lanes), m=passed)
    return text("%(n)s 位顾客里有 %(m)s 位没有留住。", n=len(lanes), m=len(lanes) - well)


def _short(rule: Sequence[Sequence[Clause]], whole: Result) -> Text | None:
    """Return the first comparison of the first alternative that does not hold."""
    scores: dict[str, Fraction | None] = {each.name: each.score for each in whole.dimensions}
    for clause in rule[0] if rule else ():
        value = whole.total if not clause.dimension else scores.get(clause.dimension)
        if value is None or clause.compared.holds(value, clause.limit):
            continue
        values = {"value": decimal_text(value, 1), "limit": clause.limit}
        if clause.dimension:
            return text("%(name)s %(value)s（要 %(limit)s）", name=clause.dimension, **values)
        return text("总分 %(value)s（要 %(limit)s）", **values)
    return None
