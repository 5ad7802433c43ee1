"""Papers that a person may want to look at: very fast and very good, or with the same wrong answers as another one.

Nothing here proves anything. Each bound is so wide that chance alone reaches it less than once in a hundred quizzes.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.core import stats
from lms.quizzes.rules.analysis.items import ENOUGH
from lms.quizzes.rules.analysis.rows import Paper

MOST_PAPERS = 2_000
"""Papers compared with one another: two million pairs. Of more, the latest."""
LEAST_SAME = 4  # the same wrong answers, from which two papers are compared at all
BY_CHANCE = 0.01  # pairs this alike that chance would make among all that were compared
TOGETHER = 2 * 3600  # seconds: papers handed in so near to one another are compared as a group of their own
LIKELY = 2.5  # deviations above the usual number of matches, below which no exact chance is worked out
HALF = 0.5  # of the usual time
MOST_SHOWN = 50

Answers = Mapping[int, Sequence[tuple[int, str]]]  # of each attempt: question and wrong answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Fast:
    """score: 0..100. seconds: taken; usual: the middle time of all."""

    paper: Paper
    score: float
    seconds: int
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two papers. same: wrong answers that are the same; both_wrong: questions that both have wrong.

    by_chance: how many pairs as alike as this one chance alone would make in the whole quiz. apart: seconds between
    handing in.
    """

    one: Paper
    other: Paper
    same: int
    both_wrong: int
    by_chance: float
    apart: int


def fast(papers: Sequence[Paper]) -> list[Fast]:
    """Return good papers that took far less time than usual, the fastest first.

    The time's logarithm is an outlier below (modified z-score under -3.5), it is less than half of the middle one, and
    the score is passed and among the upper quarter.
    """
    timed = [paper for paper in papers if paper.seconds > 0]
    if len(timed) < ENOUGH:
        return []
    logs = [math.log(paper.seconds) for paper in timed]
    usual = math.exp(sorted(logs)[len(logs) // 2])
    quarter = sorted(paper.score for paper in timed)[len(timed) * 3 // 4]
    found = [
        Fast(paper=paper, score=100 * paper.earned / paper.possible, seconds=paper.seconds, usual=usual)
        for paper, far in zip(timed, stats.outlying(logs), strict=True)
        if far < -stats.FAR_OUT and paper.seconds < HALF * usual and paper.passed and paper.score >= quarter
    ]
    return sorted(found, key=lambda each: each.seconds)[:MOST_SHOWN]


def alike(papers: Sequence[Paper], wrong: Answers) -> list[Alike]:
    """Return pairs with more of the same wrong answers than chance would make, the least likely first.

    Of the questions that both have wrong, the chance that both chose the same wrong answer is the sum of the squares of
    how often each was chosen; the number of such matches is then a Poisson binomial (error similarity analysis,
    Bellezza and Bellezza 1989). A wrong answer that everybody chooses says nothing. The chance times the number of
    pairs is how many such pairs chance makes; less than BY_CHANCE is shown. Pairs handed in within two hours are
    counted by themselves: there are few of them, so less is needed.
    """
    latest = sorted(papers, key=lambda paper: paper.submitted_at)[-MOST_PAPERS:]
    compared = [_Masked(paper, wrong[paper.attempt_id]) for paper in latest if paper.attempt_id in wrong]
    compared = [each for each in compared if len(each.answers) >= LEAST_SAME]
    if len(latest) < ENOUGH or not compared:
        return []
    chances = _chances(compared)
    answers: dict[tuple[int, str], int] = {}
    questions: dict[int, int] = {}
    for each in compared:
        for answer in each.answers:
            each.answer_bits |= answers.setdefault(answer, 1 << len(answers))
            each.question_bits |= questions.setdefault(answer[0], 1 << len(questions))
    usual = sum(chances.values()) / len(chances)
    enough = [
        max(LEAST_SAME, usual * both + LIKELY * math.sqrt(usual * (1 - usual) * both))
        for both in range(len(questions) + 1)
    ]
    likely = []
    for at, one in enumerate(compared):
        bits, asked = one.answer_bits, one.question_bits
        for other in compared[:at]:
            same = (bits & other.answer_bits).bit_count()
            if same >= LEAST_SAME and same >= enough[(asked & other.question_bits).bit_count()]:
                likely.append((other, one, same))
    times = [paper.submitted_at.timestamp() for paper in latest]
    near = _near(times)
    whole = len(latest) * (len(latest) - 1) / 2
    found = [_pair(one, other, same, chances, near, whole) for one, other, same in likely]
    shown = [pair for pair in found if pair.by_chance < BY_CHANCE and pair.one.person_id != pair.other.person_id]
    return sorted(shown, key=lambda each: (each.by_chance, -each.same))[:MOST_SHOWN]


@dataclass(slots=True)
class _Masked:
    """A paper with its wrong answers, also as bits, one for each answer and one for each question."""

    paper: Paper
    answers: Sequence[tuple[int, str]]
    answer_bits: int = 0
    question_bits: int = 0


def _near(times: Sequence[float]) -> int:
    """Return how many pairs of these rising times lie within TOGETHER, at least 1."""
    found = first = 0
    for at, time in enumerate(times):
        while time - times[first] > TOGETHER:
            first += 1
        found += at - first
    return max(1, found)


def _chances(papers: Sequence[_Masked]) -> dict[int, float]:
    """Return for each question the chance that two who have it wrong chose the same wrong answer."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for paper in papers:
        for question, answer in paper.answers:
            counts[question][answer] += 1
    found = {}
    for question, chosen in counts.items():
        total = sum(chosen.values())
        found[question] = min(0.99, sum((n / total) ** 2 for n in chosen.values()))
    return found


def _pair(one: _Masked, other: _Masked, same: int, chances: Mapping[int, float], near: int, whole: float) -> Alike:
    questions = {question for question, _ in one.answers} & {question for question, _ in other.answers}
    chance = stats.at_least(same, [chances[question] for question in questions])
    apart = int((other.paper.submitted_at - one.paper.submitted_at).total_seconds())
    by_chance = chance * whole if apart > TOGETHER else chance * near
    return Alike(
        one=one.paper, other=other.paper, same=same, both_wrong=len(questions), by_chance=by_chance, apart=apart
    )
