"""A quiz as its author wrote it: its rules, its sections and pools, their questions."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from lms.core.points import Points
from lms.questions.spec import NOWHERE, Question, Rich, Span

DEFAULT_PASS_MARK = Fraction(60, 100)


class Use(StrEnum):
    EXAM = "exam"  # 考试
    CHECK = "check"  # 小测
    PRACTICE = "practice"  # 练习


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizRules:
    """pass_mark: 0..1 of the points. seconds: length of an attempt; None = no limit. attempts: at least 1; None = any.

    cooldown_seconds: from the end of an attempt to the start of the next, 0 = none. interruptible: the learner
    may leave and come back; the clock goes on either way.
    """

    use: Use = Use.CHECK
    pass_mark: Fraction = DEFAULT_PASS_MARK
    seconds: int | None = None
    attempts: int | None = None
    cooldown_seconds: int = 0
    shuffle_questions: bool = False
    shuffle_options: bool = False
    open_book: bool = False
    interruptible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section or pool. title: "" for questions before the first `##`. draw: how many; None = all.

    each: points of a question without its own; None = 1 point. tags: for every question of the section.
    """

    title: str = ""
    draw: int | None = None
    each: Points | None = None
    tags: tuple[str, ...] = ()
    intro: Rich | None = None
    questions: tuple[Question, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizSpec:
    title: str
    rules: QuizRules = QuizRules()
    intro: Rich | None = None
    sections: tuple[Section, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)
