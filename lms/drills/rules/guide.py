"""带教面谈提纲: what to praise first, what to ask, what to agree on, from one run. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.core.points import decimal_text
from lms.core.texts import Text, text
from lms.drills.rules.lookups import Looked
from lms.drills.rules.score import DimensionScore
from lms.drills.rules.turning import Better, Turning, Why

LEAST, MOST = 3, 5
"""Questions of a talk."""
GAP = 25
"""Points of 100 by which a person's own rating has to be off to be asked about."""
EACH = 20
"""Points of 100 for one of the five points of the own rating."""
GOOD = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    praise: tuple[Text, ...]
    questions: tuple[Text, ...]
    agree: tuple[Text, ...]


def guide(
    turns: Sequence[Turning],
    well: Sequence[Better],
    dimensions: Sequence[DimensionScore],
    ratings: Mapping[str, int],
    looked: Mapping[int, Looked],
    *,
    said: Mapping[int, str],
    numbers: Mapping[int, int],
) -> Guide:
    """Return the guide for a talk over one run.

    ratings: own rating by dimension, 1..5. looked: by event of a turning point, how the knowledge base was used.
    said: by event, what the person sent. numbers: by event, the number under which the page shows its step.
    """
    worst = sorted(turns, key=lambda turn: (-turn.weight, turn.seq))
    asked = [*_gaps(dimensions, ratings, worst, numbers), *(_about(turn, looked, said, numbers) for turn in worst)]
    asked = asked[: MOST - 1]
    general = [
        text("整场下来，您觉得顾客真正想要的是什么？"),
        text("哪一步您自己最满意，为什么？"),
    ]
    while len(asked) < LEAST - 1 and general:
        asked.append(general.pop(0))
    asked.append(text("如果马上再接一次这位顾客，您最想改哪一步？"))
    return Guide(praise=_praise(well, dimensions, said, numbers), questions=tuple(asked), agree=_agree(worst, looked))


def _gaps(
    dimensions: Sequence[DimensionScore],
    ratings: Mapping[str, int],
    worst: Sequence[Turning],
    numbers: Mapping[int, int],
) -> list[Text]:
    """Return the question about the dimension in which the own rating is furthest off, if it is far off."""
    off = [
        (Fraction(ratings[each.name] * EACH) - each.score, each)
        for each in dimensions
        if each.score is not None and each.name in ratings
    ]
    if not off:
        return []
    gap, of = max(off, key=lambda each: abs(each[0]))
    assert of.score is not None
    values = {"name": of.name, "own": ratings[of.name], "score": decimal_text(of.score, 1)}
    if gap >= GAP:
        step = next((turn for turn in worst if any(each.dimension == of.name for each in turn.lost)), None)
        if step is not None:
            return [
                text(
                    "他给自己的%(name)s打 %(own)s 分（满分 5），实际 %(score)s：先问他怎么看第 %(n)s 步。",
                    n=numbers[step.seq],
                    **values,
                )
            ]
        return [text("他给自己的%(name)s打 %(own)s 分（满分 5），实际 %(score)s：问他是按什么打的。", **values)]
    if gap <= -GAP:
        return [text("他给自己的%(name)s只打 %(own)s 分，实际 %(score)s：问他哪里对自己不满意。", **values)]
    return []


def _about(turn: Turning, looked: Mapping[int, Looked], said: Mapping[int, str], numbers: Mapping[int, int]) -> Text:
    values = {"n": numbers[turn.seq], "scene": turn.scene.title}
    how = looked.get(turn.seq)
    if Why.VIOLATED in turn.whys:
        return text("第 %(n)s 步（%(scene)s）说了不能说的话：问他顾客会怎么理解，规则是怎么写的。", **values)
    if Why.OVER in turn.whys:
        return text("整场时间在“%(scene)s”用完：问他时间花在了哪里。", scene=turn.scene.title)
    if Why.LATE in turn.whys:
        if how is Looked.MISSED:
            return text("第 %(n)s 步（%(scene)s）超时，当时在查资料但没查到：一起搜一遍，看该用什么词。", **values)
        return text("第 %(n)s 步（%(scene)s）超时：问他那时在等什么、拿不准什么。", **values)
    if how is Looked.FOUND:
        return text("第 %(n)s 步（%(scene)s）之前他打开过有关的知识：问他读到了什么，为什么没用上。", **values)
    if how is Looked.MISSED:
        return text("第 %(n)s 步（%(scene)s）查了但没查到：问他用了什么词，该去哪里找。", **values)
    if Why.ANGER in turn.whys:
        return text(
            "第 %(n)s 步（%(scene)s）之后顾客情绪跌破 %(m)s：问他那一刻顾客最想听到什么。", m=turn.below, **values
        )
    return text(
        "第 %(n)s 步（%(scene)s）他回的是“%(said)s”：问他还想过别的说法吗。",
        said=_short(said.get(turn.seq, "")),
        **values,
    )


def _praise(
    well: Sequence[Better], dimensions: Sequence[DimensionScore], said: Mapping[int, str], numbers: Mapping[int, int]
) -> tuple[Text, ...]:
    found = [
        text("第 %(n)s 步回得最好：“%(said)s”", n=numbers[each.seq], said=_short(said[each.seq]))
        for each in well
        if said.get(each.seq)
    ]
    found += [
        text("%(name)s %(score)s 分", name=each.name, score=decimal_text(each.score, 1))
        for each in dimensions
        if each.score is not None and each.score >= GOOD
    ]
    return tuple(found) or (text("他把整场接待打完了，也愿意坐下来看：先肯定这一点。"),)


def _agree(worst: Sequence[Turning], looked: Mapping[int, Looked]) -> tuple[Text, ...]:
    found = []
    if worst:
        found.append(text("哪天前从“%(scene)s”重练一次", scene=worst[0].scene.title))
    if any(how is not Looked.FOUND for how in looked.values()):
        found.append(text("读哪一节知识，读完用自己的话讲一遍"))
    found.append(text("下一次真实接待里只盯一件事，是哪一件，谁来看"))
    return tuple(found)


def _short(said: str, most: int = 40) -> str:
    plain = " ".join(said.split())
    return plain if len(plain) <= most else plain[:most] + "…"
