"""A quiz in the editor's preview: its rules in words, every question as a learner sees it. Pure."""

from collections.abc import Iterator, Sequence

from markupsafe import escape

from lms.content.learner import Facts, Piece, Words
from lms.core.points import ONE_POINT, decimal_text
from lms.core.texts import Text, text
from lms.questions.learner import asked
from lms.quizzes.blueprint import Draw
from lms.quizzes.spec import QuizRules, QuizSpec, Recurring, Section, Use

USES = {
    Use.EXAM: text("考试"),
    Use.CHECK: text("小测"),
    Use.PRACTICE: text("练习"),
    Use.RECURRING: text("知识考核"),
    Use.BANK: text("题库"),
}


def learner_pieces(spec: QuizSpec) -> tuple[Piece, ...]:
    """Return the whole quiz, pools with all their questions: the author checks each of them."""
    return tuple(_pieces(spec))


def _pieces(spec: QuizSpec) -> Iterator[Piece]:
    yield Facts(texts=tuple(_facts_of(spec)))
    if spec.intro:
        yield Words(html=spec.intro.html)
    number = 0
    for section in spec.sections:
        if section.title:
            yield Words(
                title=section.title, level=2, html=section.intro.html if section.intro else "", note=_pool(section)
            )
        if section.draws:
            yield Words(html=_blueprint(section.draws))
        for question in section.questions:
            number += 1
            each = ONE_POINT if section.each is None else section.each
            yield asked(question, number, each if question.points is None else question.points)


def _facts_of(spec: QuizSpec) -> Iterator[Text]:
    if spec.recurring:
        yield from _recurring(spec.recurring)
    elif spec.is_bank:
        yield USES[Use.BANK]
        yield text("共 %(count)s 题", count=len(spec.questions))
        yield text("没有人直接考，供别的测验抽题")
    else:
        yield from _facts(spec.rules)


def _blueprint(lines: Sequence[Draw]) -> str:
    """Return the lines as they are, for the author: a learner sees the questions that were drawn."""
    return "<ul>" + "".join(f"<li>{_line(line)}</li>" for line in lines) + "</ul>"


def _line(line: Draw) -> str:
    said = [f"{escape(line.title)} × {line.count}", *(f"#{escape(tag)}" for tag in line.tags)]
    if line.levels:
        low, high = line.levels
        said.append(f"★ {low}" if low == high else f"★ {low}–{high}")
    return " · ".join(said)


def _recurring(check: Recurring) -> Iterator[Text]:
    yield USES[Use.RECURRING]
    yield text("每周一次，每人 %(n)s 题，不限时间", n=check.questions)
    yield text("题从各人学过的里面挑，快忘的先出")


def _pool(section: Section) -> Text:
    count = len(section.questions)
    banked = sum(line.count for line in section.draws)
    if banked and not count:
        return text("从题库抽 %(draw)s 题", draw=banked)
    if banked:
        own = count if section.draw is None else section.draw
        return text("自己的 %(own)s 题，另从题库抽 %(draw)s 题", own=own, draw=banked)
    if section.draw is None:
        return text("%(count)s 题全部作答", count=count)
    return text("每人抽 %(draw)s 题，共 %(count)s 题", draw=section.draw, count=count)


def _facts(rules: QuizRules) -> Iterator[Text]:
    yield USES[rules.use]
    if rules.seconds is None:
        yield text("不限时间")
    elif rules.seconds % 60 == 0:
        yield text("限时 %(minutes)s 分钟", minutes=rules.seconds // 60)
    else:
        yield text("限时 %(seconds)s 秒", seconds=rules.seconds)
    yield text("%(percent)s%% 及格", percent=decimal_text(rules.pass_mark * 100))
    yield text("可考 %(times)s 次", times=rules.attempts) if rules.attempts else text("次数不限")
    if rules.open_book:
        yield text("可以查知识库")
