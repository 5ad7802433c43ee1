"""What is wrong with a quiz as a whole: pools, points, the chance to pass by guessing. Codes Q25x, Q26x.

What it draws from a bank is checked where both are known: in lint_banks.py.
"""

from dataclasses import replace

from lms.content.grammar.findings import Finding, Severity
from lms.core.points import decimal_text
from lms.core.texts import text
from lms.questions.lint import lint_questions, warning
from lms.questions.spec import Question
from lms.quizzes.rules.draw import Banks, points_of
from lms.quizzes.rules.guessing import chance_of_passing
from lms.quizzes.spec import QuizSpec, Section

MOST_GUESSED = 0.05  # chance of passing by guessing that is still borne


def lint(quiz: QuizSpec) -> tuple[Finding, ...]:
    """Return every finding about a quiz that could be read, by line."""
    found = [*lint_questions([_counted(section, each) for section in quiz.sections for each in section.questions])]
    for section in quiz.sections:
        found.extend(_bank_section(section) if quiz.is_bank else _pool(section))
    if not quiz.is_bank and not quiz.draws:
        found.extend(guessing(quiz))
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.code)))


def _counted(section: Section, question: Question) -> Question:
    """Return the question with what it counts in its section."""
    return replace(question, points=points_of(section, question))


def _pool(section: Section) -> list[Finding]:
    line = max(section.span.first, 1)
    count = len(section.questions)
    if not count and section.draws:
        if section.draw is None:
            return []
        problem = text("这一节的题都从题库抽，每行各写抽几题，请删去标题下面的“抽%(n)s题”。", n=section.draw)
        return [warning("Q265", line, problem)]
    if not count:
        return [warning("Q260", line, text("“%(section)s”下面没有题，请加题或删去这一节。", section=section.title))]
    if section.draw is None:
        return []
    if section.draw > count:
        problem = text("要抽 %(draw)s 题，题库只有 %(count)s 题，请加题或少抽。", draw=section.draw, count=count)
        return [warning("Q261", line, problem, Severity.ERROR)]
    if section.draw < count and len({points_of(section, question) for question in section.questions}) > 1:
        return [warning("Q262", line, text("题库里各题分值不同，每个人抽到的总分会不一样，请统一分值。"))]
    return []


def _bank_section(section: Section) -> list[Finding]:
    if section.draw is None:
        return []
    problem = text("题库里不写“抽%(n)s题”：抽几题由用它的测验决定，请删去。", n=section.draw)
    return [warning("Q265", max(section.span.first, 1), problem)]


def guessing(quiz: QuizSpec, banks: Banks | None = None) -> list[Finding]:
    """Return a warning where a quiz is passed by guessing too often. banks: those that it draws from, all of them."""
    if quiz.rules.use.answers_at_once or not (quiz.questions or quiz.draws):
        return []
    chance = chance_of_passing(quiz, banks)
    if chance <= MOST_GUESSED:
        return []
    problem = text(
        "全靠猜也有 %(percent)s%% 的机会及格，请加题、提高及格线，或多用填空、数值、多选题。",
        percent=decimal_text(round(chance * 100), 0),
    )
    return [warning("Q263", 1, problem)]
