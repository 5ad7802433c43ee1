"""The chance of passing a quiz by guessing, question by question."""

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from itertools import permutations, product
from math import comb, factorial

from lms.core.points import Points, share_of
from lms.questions.rules.grade import grade
from lms.questions.spec import Matching, Multiple, Ordering, Question, Single, TrueFalse
from lms.quizzes.rules.draw import Banks, banked, drawn_points, points_of, pool_of
from lms.quizzes.spec import QuizSpec

MOST_ORDERS = 5_040  # orders or joinings that are counted one by one; beyond, only the whole right one counts

Chances = Mapping[Points, float]  # points: the chance to earn exactly these


def chance_of_passing(quiz: QuizSpec, banks: Banks | None = None) -> float:
    """Return 0..1: how likely somebody passes who picks every answer at random.

    Of typed answers nothing is guessed. A pool counts as that many questions drawn from its average, and so does what
    a line of a blueprint draws from; a bank that is not among `banks` counts for nothing.
    """
    questions = tuple(banked(banks).values()) if banks and quiz.draws else ()
    earned: Chances = {0: 1.0}
    possible = Fraction(0)
    for section in quiz.sections:
        for line in section.draws:
            pool = [(drawn_points(section, one.question), one.question) for one in pool_of(line, questions)]
            if pool:
                taken = min(line.count, len(pool))
                possible += Fraction(sum(points for points, _ in pool) * taken, len(pool))
                shares = [(points, share_chances(question)) for points, question in pool]
                earned = reduce(_plus, [_average(shares)] * taken, earned)
        if not section.questions:
            continue
        drawn = len(section.questions) if section.draw is None else min(section.draw, len(section.questions))
        each = [(points_of(section, question), share_chances(question)) for question in section.questions]
        possible += Fraction(sum(points for points, _ in each) * drawn, len(each))
        if drawn == len(each):
            earned = reduce(_plus, (_earning(points, shares) for points, shares in each), earned)
        else:
            earned = reduce(_plus, [_average(each)] * drawn, earned)
    mark = quiz.rules.pass_mark * possible
    return sum(chance for points, chance in earned.items() if possible and points >= mark)


def share_chances(question: Question) -> dict[Fraction, float]:
    """Return for each share of the points the chance that a random answer earns it."""
    shape = question.shape
    match shape:
        case Single():
            return _all_with(1 / len(shape.options))
        case TrueFalse():
            return _all_with(1 / 2)
        case Multiple():
            answers = 2 ** len(shape.options) - 1
            halves = 2 ** len(shape.right) - 2 if shape.half_if_incomplete else 0
            chances = {Fraction(1): 1 / answers, Fraction(1, 2): halves / answers}
            return {**chances, Fraction(0): 1 - sum(chances.values())}
        case Ordering():
            ids = [step.id for step in shape.steps]
            if not shape.by_neighbours or factorial(len(ids)) > MOST_ORDERS:
                return _all_with(1 / factorial(len(ids)))
            return _counted([grade(question, list(order)).share for order in permutations(ids)])
        case Matching():
            left = [item.id for item in shape.left]
            right = [item.id for item in shape.right]
            repeats = len(set(shape.key)) < len(shape.key) or len(right) < len(left)
            if (
                len(right) ** len(left) if repeats else comb(len(right), len(left)) * factorial(len(left))
            ) > MOST_ORDERS:
                return _all_with(1 / len(right) ** len(left))
            ways = product(right, repeat=len(left)) if repeats else permutations(right, len(left))
            return _counted([grade(question, dict(zip(left, way, strict=True))).share for way in ways])
        case _:
            return {Fraction(0): 1.0}


def _all_with(chance: float) -> dict[Fraction, float]:
    return {Fraction(1): chance, Fraction(0): 1 - chance}


def _counted(shares: list[Fraction]) -> dict[Fraction, float]:
    counted: dict[Fraction, float] = {}
    for share in shares:
        counted[share] = counted.get(share, 0) + 1 / len(shares)
    return counted


def _earning(points: Points, shares: Mapping[Fraction, float]) -> dict[Points, float]:
    return {share_of(points, share): chance for share, chance in shares.items()}


def _average(each: list[tuple[Points, dict[Fraction, float]]]) -> dict[Points, float]:
    mixed: dict[Points, float] = {}
    for points, shares in each:
        for earned, chance in _earning(points, shares).items():
            mixed[earned] = mixed.get(earned, 0) + chance / len(each)
    return mixed


def _plus(one: Chances, other: Chances) -> dict[Points, float]:
    total: dict[Points, float] = {}
    for points, chance in one.items():
        for more, likely in other.items():
            total[points + more] = total.get(points + more, 0) + chance * likely
    return total
