"""重新判分: what a corrected key, or a dropped question, makes of the attempts that had it. Pure.

The preview shows this plan and the act writes it: both call `plan`, for one portion of people or for all.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from lms.core.errors import Conflict
from lms.core.points import Points, percent
from lms.core.texts import text
from lms.questions.rules.answers import Answer
from lms.questions.rules.correction import corrected
from lms.questions.rules.grade import grade
from lms.questions.spec import Open, Question
from lms.quizzes.rules.attempts import Score, mark

BINS = 10  # of the histogram: 0-9, 10-19 … 90-100 of 100


class NothingLeft(Conflict):
    """Somebody's paper would have no question that counts."""

    default_code = "nothing_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The question counts for nobody: it is out of what was earned and of what could be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekey:
    """The answers are marked by this version's key. remark: also those that a person has marked."""

    by: Question
    remark: bool = False


Correction: TypeAlias = Rekey | Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of an attempt, points in 1/27,720. passed: None while a person has still to mark something."""

    earned: Points
    possible: Points
    passed: bool | None

    @property
    def percent(self) -> Fraction:
        return percent(self.earned, self.possible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One closed attempt that had the question. asked: as it was asked; answer: in its ids.

    earned, waiting, dropped, by_person: of the question now; by_person: somebody has marked the answer. others: what
    the attempt's other questions add up to, without dropped ones. pass_mark: 0..1, as frozen at its start.
    """

    attempt_id: int
    person_id: int
    position: int
    points: Points
    answer: Answer
    earned: Points
    waiting: bool
    dropped: bool
    by_person: bool
    others: Score
    pass_mark: Fraction
    result: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one attempt. earned, waiting, dropped: of the question then. kept: a person's marks stay."""

    answered: Answered
    earned: Points
    waiting: bool
    dropped: bool
    kept: bool
    result: Outcome

    @property
    def attempt_id(self) -> int:
        return self.answered.attempt_id

    @property
    def was(self) -> Outcome:
        return self.answered.result

    @property
    def is_other(self) -> bool:
        """Whether the attempt has another result."""
        return self.result != self.was

    @property
    def flips(self) -> bool:
        return self.result.passed is not self.was.passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Attempts by what becomes of them. raised, lowered, unchanged: by the score out of 100; they add up to attempts.

    kept: answers that keep a person's marks. undecided: results that wait for a person afterwards.
    bars: attempts by score in tenths, before and after.
    """

    attempts: int
    people: int
    raised: int
    lowered: int
    unchanged: int
    to_fail: int
    to_pass: int
    undecided: int
    kept: int
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    changes: tuple[Change, ...]
    totals: Totals = field(compare=False)

    @property
    def to_pass(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if _to_pass(each))

    @property
    def to_fail(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if _to_fail(each))


def plan(asked: Question, correction: Correction, answers: Iterable[Answered]) -> Plan:
    """Return what the correction makes of every attempt. asked: the version that they all had.

    Raises Misfit where the corrected version asks something else.
    """
    marked_by = corrected(asked, correction.by) if isinstance(correction, Rekey) else None
    changes = tuple(_change(each, correction, marked_by) for each in answers)
    return Plan(changes=changes, totals=totals(changes))


def refuse_nothing_left(count: int) -> None:
    """Raise NothingLeft where papers have no other question that counts. count: of closed and open ones."""
    if count:
        raise NothingLeft(text("有 %(n)s 份答卷只剩这一道题，作废后就没有题了。可以改为“每个人都得满分”。", n=count))


def totals(changes: Sequence[Change]) -> Totals:
    raised = sum(each.result.percent > each.was.percent for each in changes)
    lowered = sum(each.result.percent < each.was.percent for each in changes)
    return Totals(
        attempts=len(changes),
        people=len({each.answered.person_id for each in changes}),
        raised=raised,
        lowered=lowered,
        unchanged=len(changes) - raised - lowered,
        to_fail=sum(map(_to_fail, changes)),
        to_pass=sum(map(_to_pass, changes)),
        undecided=sum(each.result.passed is None for each in changes),
        kept=sum(each.kept for each in changes),
        before=_bars(each.was for each in changes),
        after=_bars(each.result for each in changes),
    )


def _change(answered: Answered, correction: Correction, marked_by: Question | None) -> Change:
    earned, waiting, dropped, kept = answered.earned, answered.waiting, marked_by is None, False
    if marked_by is not None:
        kept = answered.by_person and isinstance(correction, Rekey) and not correction.remark
        if not kept:
            mine = mark(answered.points, grade(marked_by, answered.answer))
            # What a word list holds against a written answer is no part of its rubric: somebody has still to look.
            is_looked_at = isinstance(marked_by.shape, Open) and not marked_by.given_to_all
            waiting = mine.waiting or (answered.waiting and is_looked_at)
            earned = 0 if waiting else mine.earned
    result = _result(answered, earned, waiting=waiting, dropped=dropped)
    return Change(answered=answered, earned=earned, waiting=waiting, dropped=dropped, kept=kept, result=result)


def _result(answered: Answered, earned: Points, *, waiting: bool, dropped: bool) -> Outcome:
    others = answered.others
    if dropped:
        total = others
    else:
        total = Score(
            earned=others.earned + earned,
            possible=others.possible + answered.points,
            waiting=others.waiting + (answered.points - earned if waiting else 0),
        )
    return Outcome(earned=total.earned, possible=total.possible, passed=total.verdict(answered.pass_mark))


def _to_pass(change: Change) -> bool:
    return change.result.passed is True and change.was.passed is not True


def _to_fail(change: Change) -> bool:
    return change.result.passed is False and change.was.passed is True


def _bars(results: Iterable[Outcome]) -> tuple[int, ...]:
    counted = Counter(min(int(each.percent) // 10, BINS - 1) for each in results)
    return tuple(counted[place] for place in range(BINS))
