"""Own mistakes again: a paper of only those questions that somebody got wrong the last time they came up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lms.core.points import Points
from lms.questions.rules.identity import asked_sha
from lms.questions.rules.order import shown_order, shuffled
from lms.questions.spec import Open, Question
from lms.quizzes.rules.draw import Paper, PaperItem
from lms.quizzes.spec import QuizRules, Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A question as it is asked today, that lost points the last time. points: as they counted then."""

    question: Question
    points: Points


def may_practise(use: Use) -> bool:
    """Say whether mistakes are offered again: never of an exam; a recurring check brings them back by itself."""
    return use in (Use.CHECK, Use.PRACTICE)


def to_practise(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """Return those that can be practised alone: a written answer needs a person who marks it."""
    return [each for each in mistakes if not isinstance(each.question.shape, Open)]


def paper_of(mistakes: Sequence[Mistake], seed: str, rules: QuizRules) -> Paper:
    """Return the paper of these mistakes, each question once, mixed as the quiz mixes its own."""
    by_sha = {asked_sha(each.question).hex(): each for each in to_practise(mistakes)}
    order = shuffled(list(by_sha), seed, "order/mistakes") if rules.shuffle_questions else tuple(by_sha)
    return Paper(
        items=tuple(
            PaperItem(
                asked=asked,
                key=by_sha[asked].question.key,
                section=0,
                points=by_sha[asked].points,
                option_order=shown_order(by_sha[asked].question, seed, asked, shuffle_options=rules.shuffle_options),
            )
            for asked in order
        )
    )


def practice_rules(rules: QuizRules) -> QuizRules:
    """Return the rules of such a paper: no limit, no end of attempts, every key once its question is answered."""
    return replace(rules, use=Use.PRACTICE, seconds=None, attempts=None, cooldown_seconds=0, interruptible=True)
