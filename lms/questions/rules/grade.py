"""What an answer is worth: an exact share of the question's points.

Answers come in the author's ids (answers.py turns the learner's into them) and were checked there.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from lms.core.folding import folded
from lms.questions.rules.answers import Answer, is_answered
from lms.questions.rules.numbers import number_in
from lms.questions.rules.rubric import LineMark, mark_answer
from lms.questions.spec import (
    CriterionKind,
    FillIn,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Single,
    TrueFalse,
)

NOTHING = Fraction(0)
HALF = Fraction(1, 2)
ALL = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """share: 0..1 of the points, exact. parts: whether each gap, left side or pair of neighbours is right.

    needs_person: the share is only a suggestion until somebody has marked the answer. lines: of a written answer,
    what each line of the rubric gives.
    """

    share: Fraction
    parts: tuple[bool, ...] = ()
    needs_person: bool = False
    lines: tuple[LineMark, ...] = ()


def grade(question: Question, answer: Answer) -> Graded:
    """Return what the answer earns. No answer, and an answer of the wrong form, earn nothing; but a question that
    is given to all earns all in any case.
    """
    if question.given_to_all:
        return Graded(share=ALL)
    match question.shape, answer:
        case Single() as shape, str():
            return _all_or_nothing(answer in shape.every_right)
        case Multiple() as shape, list():
            return Graded(share=_multiple(shape, frozenset(answer)))
        case TrueFalse() as shape, bool():
            return _all_or_nothing(answer is shape.right)
        case FillIn() as shape, list():
            return _by_parts(_blanks(shape, answer))
        case Numeric() as shape, str():
            return _all_or_nothing(_in_range(shape, answer))
        case Ordering() as shape, list():
            return _ordering(shape, answer)
        case Matching() as shape, dict():
            return _by_parts(
                tuple(answer.get(item.id) == right for item, right in zip(shape.left, shape.key, strict=True))
            )
        case Open() as shape, str():
            return _written(shape, answer) if is_answered(question, answer) else Graded(share=NOTHING)
        case _:
            return Graded(share=NOTHING)


def accepts(accepted: tuple[str, ...], given: str, *, case_sensitive: bool) -> bool:
    """Say whether the word typed into a gap is one of the accepted ones."""
    if case_sensitive:
        return given.strip() in {word.strip() for word in accepted}
    return folded(given) in {folded(word) for word in accepted}


def _written(shape: Open, answer: str) -> Graded:
    """By the rubric alone; a person looks where the author asks for it, judges by feeling, or something is in doubt."""
    marked = mark_answer(shape, answer)
    judged = any(line.kind is CriterionKind.JUDGED for line in shape.rubric)
    return Graded(share=marked.share, needs_person=shape.manual or judged or marked.doubt, lines=marked.lines)


def _all_or_nothing(is_right: bool) -> Graded:
    return Graded(share=ALL if is_right else NOTHING)


def _by_parts(parts: tuple[bool, ...]) -> Graded:
    return Graded(share=Fraction(sum(parts), len(parts)), parts=parts)


def _multiple(shape: Multiple, chosen: frozenset[str]) -> Fraction:
    right = frozenset(shape.right)
    if chosen == right:
        return ALL
    return HALF if shape.half_if_incomplete and chosen and chosen < right else NOTHING


def _blanks(shape: FillIn, given: list[str]) -> tuple[bool, ...]:
    words = [*given, *[""] * len(shape.blanks)]
    return tuple(
        accepts(accepted, word, case_sensitive=shape.case_sensitive)
        for accepted, word in zip(shape.blanks, words, strict=False)
    )


def _in_range(shape: Numeric, given: str) -> bool:
    number = number_in(given, shape.unit)
    return number is not None and shape.low <= number <= shape.high


def _ordering(shape: Ordering, given: list[str]) -> Graded:
    right = [step.id for step in shape.steps]
    if not shape.by_neighbours:
        return _all_or_nothing(given == right)
    place = {step: index for index, step in enumerate(given)}
    return _by_parts(
        tuple(first in place and place.get(second) == place[first] + 1 for first, second in pairwise(right))
    )
