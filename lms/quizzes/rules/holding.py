"""What is left of a paper while the keys of some questions are in doubt, or a bank has too few. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from lms.core.texts import Text, text
from lms.quizzes.rules.draw import Banks, draw
from lms.quizzes.spec import QuizSpec, Use


def on_one_paper(quiz: QuizSpec) -> int:
    """Return how many questions a paper has when none is in doubt and every bank has enough."""
    if quiz.recurring:
        return quiz.recurring.questions
    own = sum(
        len(section.questions) if section.draw is None else min(section.draw, len(section.questions))
        for section in quiz.sections
    )
    return own + sum(line.count for line in quiz.draws)


def left_on_paper(quiz: QuizSpec, held: Collection[str], banks: Banks | None = None) -> int:
    """Return how many questions a paper has now. held, banks: as of `draw`."""
    if not held and not quiz.draws:
        return on_one_paper(quiz)
    return len(draw(quiz, "count", held=held, banks=banks).items)


def for_shops(quiz: QuizSpec, banks: Banks, shops: Iterable[str], normal: Callable[[str], str]) -> QuizSpec:
    """Return the quiz without the lines whose bank is for other shops than these.

    shops: of the person, by names, codes and platforms after `normal`; a person without any gets all.
    """
    own = set(shops)
    others = {
        path
        for path, bank in banks.items()
        if own and bank.shops and own.isdisjoint(normal(word) for word in bank.shops)
    }
    if not others:
        return quiz
    sections = (
        replace(section, draws=tuple(line for line in section.draws if line.target not in others))
        for section in quiz.sections
    )
    return replace(quiz, sections=tuple(sections))


def why_not_now(quiz: QuizSpec, left: int, *, doubted: bool = True) -> Text | None:
    """Return why no attempt may begin with so few questions, None where it may. doubted: some keys are in doubt.

    A question in doubt is never asked, so a paper may be shorter for some time. An exam decides something about a
    person: half of its questions is the least. Anything else may begin with one.
    """
    promised = on_one_paper(quiz)
    exam = quiz.rules.use is Use.EXAM and 2 * left < promised
    if promised and not left:
        if doubted:
            return text("这份测验的题依据的规则刚改过，培训师正在复核答案。复核完就能开始，已经提醒培训师。")
        return text("这份测验从题库抽题，题库里现在没有够条件的题，请联系它的负责人。")
    if exam and doubted:
        return text(
            "这份考试有 %(n)s 题依据的规则刚改过，培训师正在复核，剩下的题不够一份试卷。复核完就能开始，已提醒培训师。",
            n=promised - left,
        )
    if exam:
        return text(
            "这份考试要 %(promised)s 题，题库里现在只抽得出 %(left)s 题，不够一份试卷，请联系它的负责人。",
            promised=promised,
            left=left,
        )
    return None
