"""How the figures are written for people: numbers with their intervals, answers in words, sort keys of the table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lms.core.stats import Interval
from lms.core.texts import Text, text
from lms.questions.rules.answers import Answer
from lms.questions.rules.view import right_number
from lms.questions.spec import FillIn, Item, Matching, Numeric, Ordering, Question, items_of
from lms.quizzes.rules.analysis.hints import Kind
from lms.quizzes.rules.analysis.items import FALSE, TRUE, Chosen
from lms.quizzes.rules.analysis.items import Item as Figures
from lms.quizzes.rules.analysis.papers import Method
from lms.quizzes.rules.analysis.report import Finding

NONE = "–"

COLUMNS: Mapping[str, Callable[[Finding], float | None]] = {
    "need": lambda found: (
        -1000.0 * found.item.asked.current - 10 * found.weight - len(found.hints) + found.item.asked.number / 1000
    ),
    "number": lambda found: found.item.asked.number,
    "n": lambda found: found.item.n,
    "share": lambda found: found.item.share,
    "rest": lambda found: found.item.rest if found.item.enough else None,
    "upper": lambda found: found.item.upper_lower if found.item.enough else None,
    "omitted": lambda found: found.item.omitted,
    "seconds": lambda found: found.item.seconds[1] if found.item.seconds else None,
}
"""By what the table sorts; None stands last."""

KINDS: Mapping[Kind, Text] = {
    Kind.KEY: text("核对答案"),
    Kind.RIVAL: text("两个都对？"),
    Kind.NEGATIVE: text("高低颠倒"),
    Kind.LEAKED: text("可能泄题"),
    Kind.WEAK: text("区分不开"),
    Kind.HARD: text("太难"),
    Kind.OMITTED: text("很多人没答"),
    Kind.EASY: text("太容易"),
    Kind.UNUSED: text("选项没人选"),
}
METHODS: Mapping[Method, Text] = {
    Method.KR20: text("KR-20：每人考同样的题，每题不是对就是错。"),
    Method.ALPHA: text("克龙巴赫 α：每人考同样的题，有的题可以得部分分。"),
    Method.NESTED: text(
        "随机抽题，各人的题不同，所以用单因素方差分析估计（ICC(1,k)）：抽到难题吃的亏也算作误差，结果偏保守。"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of who answered what. html: of an option; words: of any other answer. share: of the points."""

    letter: str
    html: str
    words: Text | str
    right: bool
    share: float
    chosen: Chosen


def percent(share: float) -> str:
    """Return a share as a whole number of a hundred, without its sign; 99.9 % is not 100."""
    rounded = round(100 * share)
    if rounded == 100 and share < 1:
        return "99.9" if share >= 0.9995 or share > 0.995 else "99"
    return str(rounded)


def number(value: float | None, places: int = 2) -> str:
    return NONE if value is None else f"{value:.{places}f}"


def span(interval: Interval | None, places: int = 2, times: float = 1) -> str:
    """Return an interval as "0.21–0.43"; between negative numbers a word would be needed, so the bounds are spaced."""
    if interval is None:
        return ""
    low, high = times * interval.low, times * interval.high
    return f"{low:.{places}f} … {high:.{places}f}"


def occasion(name: str) -> Text | str:
    """Return how an occasion is called: the usual one, a makeup, a week's check."""
    kind, _, which = name.partition(":")
    if name == "once":
        return text("正常考试")
    if kind == "makeup":
        return text("补考（第 %(n)s 次）", n=which)
    return text("每周考核 %(week)s", week=which) if kind == "check" else name


def items(question: Question) -> tuple[Item, ...]:
    """Return everything of a question that has words of its own."""
    return items_of(question.shape)


def choices(item: Figures) -> list[Choice]:
    """Return who chose what: every option, or the most frequent answers; what was left out comes last."""
    question = item.asked.question
    if item.options:
        bodies = {each.id: each.body.html for each in items_of(question.shape)}
        spoken: dict[str, Text] = {TRUE: text("对"), FALSE: text("错")}
        return [
            Choice(
                letter=option.letter,
                html=bodies.get(option.id, ""),
                words=spoken.get(option.id, ""),
                right=option.right,
                share=float(option.right),
                chosen=option.chosen,
            )
            for option in item.options
        ]
    return [
        Choice(
            letter="",
            html="",
            words=in_words(question, each.answer),
            right=each.share == 1,
            share=each.share,
            chosen=each.chosen,
        )
        for each in item.answers
    ]


def in_words(question: Question, answer: Answer) -> str:
    """Return an answer that was typed, ordered or joined as one line."""
    bodies = {each.id: each.body.text for each in items_of(question.shape)}
    match question.shape, answer:
        case FillIn(), list():
            return " · ".join(word.strip() or "____" for word in answer)
        case Numeric() as shape, str():
            return f"{answer} {shape.unit}".rstrip()
        case Ordering(), list():
            return " → ".join(bodies.get(step, "____") for step in answer)
        case Matching() as shape, dict():
            return "；".join(f"{left.body.text} → {bodies.get(answer.get(left.id, ''), '____')}" for left in shape.left)
        case _:
            return str(answer)


def key_in_words(question: Question) -> str:
    """Return the right answer of a question without options as one line; "" where there is none to write."""
    match question.shape:
        case FillIn() as shape:
            return " · ".join("/".join(accepted) for accepted in shape.blanks)
        case Numeric() as shape:
            return right_number(shape)
        case Ordering() as shape:
            return " → ".join(step.body.text for step in shape.steps)
        case Matching() as shape:
            bodies = {right.id: right.body.text for right in shape.right}
            return "；".join(
                f"{left.body.text} → {bodies[key]}" for left, key in zip(shape.left, shape.key, strict=True)
            )
        case _:
            return ""


Shares: TypeAlias = Sequence[tuple[Text, int, int]]


def thirds(chosen: Chosen, groups: Chosen) -> Shares:
    """Return for each third its name, how many chose this and how many there are, the strong first."""
    return (
        (text("高分的三分之一"), chosen.upper, groups.upper),
        (text("中间"), chosen.middle, groups.middle),
        (text("低分的三分之一"), chosen.lower, groups.lower),
    )
