"""What is left of a paper while the keys of some questions are in doubt. Pure."""

from collections.abc import Collection

from lms.core.texts import Text, text
from lms.quizzes.rules.draw import draw
from lms.quizzes.spec import QuizSpec, Use


def on_one_paper(quiz: QuizSpec) -> int:
    """Return how many questions a paper has when none is in doubt."""
    if quiz.recurring:
        return quiz.recurring.questions
    return sum(
        len(section.questions) if section.draw is None else min(section.draw, len(section.questions))
        for section in quiz.sections
    )


def left_on_paper(quiz: QuizSpec, held: Collection[str]) -> int:
    """Return how many questions a paper has now. held: as of `draw`."""
    return len(draw(quiz, "count", held=held).items) if held else on_one_paper(quiz)


def why_not_now(quiz: QuizSpec, left: int) -> Text | None:
    """Return why no attempt may begin with so few questions, None where it may.

    A question in doubt is never asked, so a paper may be shorter for some time. An exam decides something about a
    person: half of its questions is the least. Anything else may begin with one.
    """
    promised = on_one_paper(quiz)
    if promised and not left:
        return text("这份测验的题依据的规则刚改过，培训师正在复核答案。复核完就能开始，已经提醒培训师。")
    if quiz.rules.use is Use.EXAM and 2 * left < promised:
        return text(
            "这份考试有 %(n)s 题依据的规则刚改过，培训师正在复核，剩下的题不够一份试卷。复核完就能开始，已提醒培训师。",
            n=promised - left,
        )
    return None
