"""What a trainer should look at, in plain words. A hint is a question to a person: nothing happens by itself.

The bounds stand below in one place, each with its reason; docs/quizzes.md says the same to trainers.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.core import stats
from lms.core.texts import Text, text
from lms.questions.spec import FillIn, Matching, Multiple, Numeric, Ordering, Single, TrueFalse
from lms.quizzes.rules.analysis.items import FALSE, TRUE, AnswerFigures, Item, OptionFigures, Slice, together

SURE = 2.33  # z of a one-sided 1 %: a fair question is doubted in at most one of a hundred comparisons
EASY = 0.95  # nearly everybody is right: the question tells nobody apart
EASY_AT_LEAST = 0.9  # and that is no chance of a small sample
HARD = 0.35  # the whole interval below this
WEAK = 0.2  # Ebel's bound of a question that needs work; the whole interval below this
GOOD = 0.3  # Ebel's bound of a good question
GOOD_SHARE = (0.3, 0.92)
UNUSED = 0.01  # of an option, with at least UNUSED_FROM answers
UNUSED_FROM = 50
OMITTED = 0.1  # the whole interval above this
JUMP = 0.15  # more of the share right than the other questions gained
JUMP_SURE = 4.0  # z: every question is looked at in every slice of time, so the bound is high
JUMP_FROM = 20  # answers before and after
QUICK = 0.5  # of the time that was usual before: who was told needs no thinking; then SURE is enough for the jump …
QUICK_FROM = 10  # … and so many answers before and after
RIVAL = 0.3  # of the upper third: a wrong option that so many of them choose, beside the key, may be right too …
RIVAL_FROM = 30  # … where there are so many in it


class Kind(StrEnum):
    """What a hint is about, as kept with a trainer's verdict."""

    KEY = "key"  # the strong choose something else: look at the key
    RIVAL = "rival"  # the strong are of two minds: is a second option right too?
    NEGATIVE = "negative"  # the weak do better than the strong
    LEAKED = "leaked"
    WEAK = "weak"
    HARD = "hard"
    OMITTED = "omitted"
    EASY = "easy"
    UNUSED = "unused"


BAD = frozenset({Kind.KEY, Kind.RIVAL, Kind.NEGATIVE})
"""Kinds for which a question is counted as a bad one on the first screen."""
_WEIGHT = {
    Kind.KEY: 9,
    Kind.NEGATIVE: 8,
    Kind.RIVAL: 7,
    Kind.LEAKED: 6,
    Kind.HARD: 4,
    Kind.OMITTED: 4,
    Kind.WEAK: 3,
    Kind.EASY: 2,
    Kind.UNUSED: 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """sentence: what was found and what to do. evidence: the numbers behind it, one sentence each."""

    kind: Kind
    sentence: Text
    evidence: tuple[Text, ...] = ()

    @property
    def is_bad(self) -> bool:
        return self.kind in BAD

    @property
    def weight(self) -> int:
        return _WEIGHT[self.kind]


def hints_of(item: Item, others: Sequence[Item]) -> tuple[Hint, ...]:
    """Return the hints about a version, the weightiest first; none where too few answered.

    others: every version of the quiz, which tell how everybody changed in time.
    """
    if not item.enough:
        return ()
    found = [*_key(item)]
    if not found and item.rest_range is not None and item.rest_range.high < 0:
        found.append(
            Hint(
                kind=Kind.NEGATIVE,
                sentence=text("这道题有问题：总分低的人反而答得更好，请核对题目和答案。"),
                evidence=(_thirds(item),),
            )
        )
    found += _leaked(item, others)
    found += _share(item, is_bad=bool(found))
    found += _rest(item, bool(found))
    return tuple(sorted(found, key=lambda hint: -hint.weight))


def is_good(item: Item, hints: Sequence[Hint]) -> bool:
    """Say whether a question does its work: told people apart, neither too easy nor too hard, nothing to look at."""
    return (
        item.enough
        and not [hint for hint in hints if hint.kind is not Kind.UNUSED]
        and item.rest is not None
        and item.rest >= GOOD
        and GOOD_SHARE[0] <= item.share <= GOOD_SHARE[1]
    )


def key_position(items: Sequence[Item]) -> tuple[str, int, int] | None:
    """Return letter, how often it is the key, of how many: where one place holds more keys than chance would.

    Only single choices whose options are shown in the author's order are to be given. 1 % over all letters.
    """
    keys: dict[str, int] = {}
    chances: dict[str, list[float]] = {}
    shown = [item for item in items if isinstance(item.asked.question.shape, Single)]
    for item in shown:
        for option in item.options:
            chances.setdefault(option.letter, []).append(1 / len(item.options))
            if option.right:
                keys[option.letter] = keys.get(option.letter, 0) + 1
    letter = max(keys, key=lambda each: keys[each], default=None)
    if letter is None or stats.at_least(keys[letter], chances[letter]) * len(chances) > 0.01:
        return None
    return letter, keys[letter], len(shown)


def option_name(option: OptionFigures) -> Text | str:
    """Return how an option is called in a sentence: its letter, or right and wrong."""
    return {TRUE: text("“对”"), FALSE: text("“错”")}.get(option.id, option.letter)


def _key(item: Item) -> Iterator[Hint]:
    """Yield the doubt about a key: the strong agree on something that earns nothing."""
    upper, lower = item.groups.upper, item.groups.lower
    if not upper or not lower:
        return
    if isinstance(item.asked.question.shape, Multiple):
        yield from _multiple(item)
        return
    if isinstance(item.asked.question.shape, Single | TrueFalse):
        key = next((option for option in item.options if option.right), None)
        rival = max((option for option in item.options if not option.right), key=lambda o: o.chosen.upper, default=None)
        if key is None or rival is None or _falls(rival, item):
            return
        name = option_name(rival)
        evidence = (_chose(rival, item), _chose(key, item))
        lead = rival.chosen.upper - key.chosen.upper
        if lead > 0 and _beats(rival.chosen.upper, key.chosen.upper) and not _pulls_up(item):
            yield Hint(
                kind=Kind.KEY,
                sentence=text("这道题有问题：高分学员多选了 %(option)s，请核对答案。", option=name),
                evidence=evidence,
            )
        elif upper >= RIVAL_FROM and min(rival.chosen.upper, key.chosen.upper) >= RIVAL * upper:
            yield Hint(
                kind=Kind.RIVAL,
                sentence=text("这道题有问题：高分学员分成两派，不少人选了 %(option)s。看看它是不是也对。", option=name),
                evidence=evidence,
            )
        return
    yield from _typed(item)


def _multiple(item: Item) -> Iterator[Hint]:
    for option in item.options:
        if not option.right and option.chosen.upper > item.groups.upper / 2 and _surely_rises(option, item):
            yield Hint(
                kind=Kind.KEY,
                sentence=text("这道题有问题：高分学员多选了 %(option)s，请核对答案。", option=option.letter),
                evidence=(_chose(option, item),),
            )
            return
        if option.right and option.chosen.upper < item.groups.upper / 2 and _surely_falls(option, item):
            yield Hint(
                kind=Kind.KEY,
                sentence=text("这道题有问题：高分学员反而不选 %(option)s，请核对答案。", option=option.letter),
                evidence=(_chose(option, item),),
            )
            return


def _typed(item: Item) -> Iterator[Hint]:
    """Yield where many of the strong gave the same answer that earns nothing: the key may lack it."""
    if not isinstance(item.asked.question.shape, FillIn | Numeric | Ordering | Matching):
        return
    wrong = max((a for a in item.answers if a.share == 0), key=lambda a: a.chosen.upper, default=None)
    right = sum(a.chosen.upper for a in item.answers if a.share == 1)
    if wrong is None or wrong.chosen.upper < 3:
        return
    if wrong.chosen.upper >= right and _share_of(wrong, item, upper=True) > _share_of(wrong, item, upper=False):
        yield Hint(
            kind=Kind.KEY,
            sentence=text("这道题有问题：不少高分学员给了同一个被判错的答案，请核对答案是不是漏了它。"),
            evidence=(
                text("高分的三分之一里 %(n)s 人这样答，答对的 %(right)s 人。", n=wrong.chosen.upper, right=right),
            ),
        )


def _share_of(answer: AnswerFigures, item: Item, *, upper: bool) -> float:
    return answer.chosen.upper / item.groups.upper if upper else answer.chosen.lower / item.groups.lower


def _falls(option: OptionFigures, item: Item) -> bool:
    """Say whether fewer of the strong than of the weak chose it, as it should be with a wrong option."""
    return option.chosen.upper * item.groups.lower < option.chosen.lower * item.groups.upper


def _rise(option: OptionFigures, item: Item) -> float:
    """Return z of the rise of an option's share from the lower third to the upper one."""
    upper, lower = item.groups.upper, item.groups.lower
    pooled = (option.chosen.upper + option.chosen.lower) / (upper + lower)
    error = math.sqrt(pooled * (1 - pooled) * (1 / upper + 1 / lower))
    return (option.chosen.upper / upper - option.chosen.lower / lower) / error if error else 0.0


def _surely_rises(option: OptionFigures, item: Item) -> bool:
    return _rise(option, item) >= SURE


def _surely_falls(option: OptionFigures, item: Item) -> bool:
    return _rise(option, item) <= -SURE


def _beats(more: int, less: int) -> bool:
    """Say whether so many against so few is no chance: z of a fair coin, one-sided 5 %."""
    return (more - less) / math.sqrt(more + less) >= 1.645


def _pulls_up(item: Item) -> bool:
    """Say whether the keyed answer goes with high scores all the same: then it is a hard question, no wrong key."""
    return item.rest_range is not None and item.rest_range.low > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Jump:
    """A question before and after an instant. sure: z of the rise. usual: seconds before and after, if far less."""

    before: Slice
    after: Slice
    expected: float
    sure: float
    usual: tuple[float, float] | None


def _leaked(item: Item, others: Sequence[Item]) -> Iterator[Hint]:
    """Yield where the share right jumped from one day on by much more than that of the other questions.

    Who was told answers in no time: where the time fell to half as well, fewer people are enough to say so.
    """
    found = [jump for at in range(1, len(item.slices)) if (jump := _jump(item, others, at)) is not None]
    if not found:
        return
    best = max(found, key=lambda jump: jump.sure)
    evidence = [
        text(
            "之前 %(before)s%% 的分，之后 %(after)s%%；照别的题看，应该在 %(expected)s%% 左右。",
            before=round(100 * best.before.share),
            after=round(100 * best.after.share),
            expected=round(100 * best.expected),
        )
    ]
    if best.usual is not None:
        evidence.append(
            text(
                "用时也短了：之前一半的人要 %(before)s 秒以上，之后 %(after)s 秒。",
                before=round(best.usual[0]),
                after=round(best.usual[1]),
            )
        )
    yield Hint(
        kind=Kind.LEAKED,
        sentence=text("这道题可能泄题了：从某一天起，答对的人突然变多，别的题没有这样变。"),
        evidence=(*evidence, text("也可能是刚讲过这个知识点。先问问，再决定要不要换题。")),
    )


def _jump(item: Item, others: Sequence[Item], at: int) -> _Jump | None:
    """Return the jump from this slice on; None where it is none, or may be chance."""
    before, after = _part(item.slices[:at]), _part(item.slices[at:])
    if min(before.n, after.n) < QUICK_FROM:
        return None
    expected = _moved(before.share, _common_move(item, others, at))
    if after.share - expected < JUMP:
        return None
    error = math.sqrt(
        max(expected * (1 - expected), 0.01) / after.n + max(before.share * (1 - before.share), 0.01) / before.n
    )
    sure = (after.share - expected) / error
    usual = _fallen(item, others, at)
    least, enough = (JUMP_SURE, JUMP_FROM) if usual is None else (SURE, QUICK_FROM)
    if sure < least or min(before.n, after.n) < enough:
        return None
    return _Jump(before=before, after=after, expected=expected, sure=sure, usual=usual)


def _fallen(item: Item, others: Sequence[Item], at: int) -> tuple[float, float] | None:
    """Return the usual time before and after, where it fell under QUICK of what the other questions make expect."""
    before, after = _usual(item.slices[:at]), _usual(item.slices[at:])
    if not before or after is None:
        return None
    pairs = [
        (_usual(other.slices[:at]), _usual(other.slices[at:])) for other in others if other.asked.sha != item.asked.sha
    ]
    moves = sorted(now / then for then, now in pairs if then and now)
    common = moves[len(moves) // 2] if moves else 1.0
    return (before, after) if after < QUICK * before * common else None


def _part(slices: Sequence[Slice]) -> Slice:
    n = sum(each.n for each in slices)
    share = math.fsum(each.n * each.share for each in slices) / n if n else 0.0
    return Slice(n=n, share=share)


def _usual(slices: Sequence[Slice]) -> float | None:
    """Return the seconds that half of the people needed less than; None of too few."""
    seconds = together(each.seconds for each in slices)
    return stats.percentile(seconds, 0.5) if sum(seconds.values()) >= QUICK_FROM else None


def _common_move(item: Item, others: Sequence[Item], at: int) -> float:
    """Return by how much the log-odds of the other questions moved between the two times: the middle one of them."""
    moves = []
    for other in others:
        if other.asked.sha == item.asked.sha:
            continue
        before, after = _part(other.slices[:at]), _part(other.slices[at:])
        if min(before.n, after.n) >= JUMP_FROM:
            moves.append(_odds(after) - _odds(before))
    if not moves:
        return 0.0
    moves.sort()
    return moves[len(moves) // 2]


def _odds(part: Slice) -> float:
    """Return the log-odds of a share, drawn in by half an answer so that none is infinite."""
    right = part.share * part.n
    return math.log((right + 0.5) / (part.n - right + 0.5))


def _moved(share: float, move: float) -> float:
    inside = min(0.995, max(0.005, share))
    return 1 / (1 + math.exp(-(math.log(inside / (1 - inside)) + move)))


def _share(item: Item, *, is_bad: bool) -> Iterator[Hint]:
    """Yield what the share of the points says; a wrong key makes a question hard and tells it already."""
    percent = round(100 * item.share)
    if item.share >= EASY and item.share_range.low >= EASY_AT_LEAST:
        yield Hint(
            kind=Kind.EASY,
            sentence=text("太容易：%(percent)s%% 的分都拿到了，分不出谁会谁不会。", percent=percent),
        )
    if item.share_range.high <= HARD and not is_bad:
        yield Hint(
            kind=Kind.HARD,
            sentence=text("太难：只拿到 %(percent)s%% 的分。题目说清楚了吗，课上讲过吗？", percent=percent),
            evidence=(_thirds(item),),
        )
    if item.omitted_range.low >= OMITTED:
        yield Hint(
            kind=Kind.OMITTED,
            sentence=text(
                "很多人没答：%(n)s 人里 %(omitted)s 人空着。看看是题意不清，还是时间不够。",
                n=item.n,
                omitted=item.omitted,
            ),
        )
    if item.n >= UNUSED_FROM and item.share < EASY:
        idle = [each for each in item.options if not each.right and each.chosen.total <= UNUSED * item.n]
        if idle and not isinstance(item.asked.question.shape, TrueFalse):
            yield Hint(
                kind=Kind.UNUSED,
                sentence=text("选项 %(options)s 几乎没人选，换一个更像的。", options="、".join(o.letter for o in idle)),
            )


def _rest(item: Item, is_known: bool) -> Iterator[Hint]:
    """Yield the hint that a question tells nobody apart; not beside a weightier one that says why."""
    if is_known or item.rest_range is None:
        return
    if item.rest_range.high < WEAK:
        yield Hint(
            kind=Kind.WEAK,
            sentence=text("区分不开：总分高的和总分低的答得差不多。看看题目是不是靠猜，或有歧义。"),
            evidence=(_thirds(item),),
        )


def _thirds(item: Item) -> Text:
    """Return the share of the upper and the lower 27 % in a sentence."""
    return text(
        "区分指数 %(d)s，与其余题的相关 %(r)s。",
        d="–" if item.upper_lower is None else f"{item.upper_lower:.2f}",
        r="–" if item.rest is None else f"{item.rest:.2f}",
    )


def _chose(option: OptionFigures, item: Item) -> Text:
    return text(
        "%(option)s：高分的三分之一里 %(upper)s/%(of_upper)s 人选，低分的三分之一里 %(lower)s/%(of_lower)s 人选。",
        option=option_name(option),
        upper=option.chosen.upper,
        of_upper=item.groups.upper,
        lower=option.chosen.lower,
        of_lower=item.groups.lower,
    )
