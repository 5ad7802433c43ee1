"""What may be shown of a finished attempt, question by question; rules/attempts.py says how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.core.points import Points
from lms.questions.rules.answers import Answer, is_written
from lms.questions.rules.grade import Graded, grade
from lms.questions.rules.view import Json, learner_view, review_view
from lms.questions.spec import Open, Reference
from lms.quizzes.queries.marked import Given, marks_of, written_view
from lms.quizzes.queries.occasions import chances
from lms.quizzes.queries.regrades import Corrected, corrections_of
from lms.quizzes.queries.sittings import Drawn, Sitting, items_of
from lms.quizzes.rules.attempts import Mark, Reveal, State, reveal
from lms.quizzes.rules.summary import Summary, summary


class Mode(StrEnum):
    """How a question came out."""

    RIGHT = "right"
    HALF = "half"
    WRONG = "wrong"
    WAITING = "waiting"  # a person has still to mark it
    DROPPED = "dropped"  # it counts for nobody any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One answered question as JSON values. view: with the key only where `reveal` is KEY. answer: learner's ids."""

    number: int
    key: str
    view: Json
    answer: Answer
    reveal: Reveal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question of a result. earned: provisional while the mode is WAITING. references: the sections to read."""

    review: Review
    mode: Mode
    earned: Points
    possible: Points
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """left: attempts that may still begin, None = any number. reveal: the least that is shown of its questions.

    corrections: how it came to its result after it was closed, the first correction first.
    """

    sitting: Sitting
    reveal: Reveal
    left: int | None
    lines: tuple[Line, ...]
    summary: Summary
    corrections: tuple[Corrected, ...] = ()

    @property
    def lost(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.mode in (Mode.HALF, Mode.WRONG))

    @property
    def kept(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.mode is Mode.RIGHT)

    @property
    def dropped(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.mode is Mode.DROPPED)

    @property
    def waiting(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.mode is Mode.WAITING)


def result_of(sitting: Sitting, *, knows_keys: bool = False) -> Result:
    """Return the result of an attempt that is closed. knows_keys: for those who may see every key anyway."""
    still = chances(sitting)
    shows = (
        Reveal.KEY
        if knows_keys
        else reveal(
            sitting.rules.use,
            ended=sitting.state is not State.OPEN,
            passed=sitting.passed,
            left=still.to_use,
        )
    )
    items = items_of(sitting)
    marks = [_mark(item) for item in items]
    given = (
        marks_of(sitting.id)
        if shows is Reveal.KEY and any(is_written(item.question, item.answer) for item in items)
        else {}
    )
    return Result(
        sitting=sitting,
        reveal=shows,
        left=still.left,
        lines=tuple(
            Line(
                review=review_of(item, shows, given.get(item.position)),
                mode=_mode(each),
                earned=each.earned,
                possible=each.possible,
                references=() if shows is Reveal.NOTHING else item.question.references,
            )
            for item, each in zip(items, marks, strict=True)
        ),
        summary=summary([(item.question, each) for item, each in zip(items, marks, strict=True)]),
        corrections=tuple(corrections_of(sitting.id)) if any(item.regraded for item in items) else (),
    )


def review_of(item: Drawn, shows: Reveal, given: Given | None = None) -> Review:
    """Return a question as its learner may see it now. given: the marks of a written answer."""
    if shows is Reveal.KEY and isinstance(item.question.shape, Open):
        view = written_view(item, given)
    elif shows is Reveal.KEY:
        view = review_view(item.question, item.order, item.answer, _graded(item))
    else:
        view = learner_view(item.question, item.order)
    return Review(number=item.position, key=item.key, view=view, answer=item.shown, reveal=shows)


def _graded(item: Drawn) -> Graded:
    return grade(item.question, item.answer)


def _mark(item: Drawn) -> Mark:
    """Return what the answer earned when it was marked; a later rule of marking changes no result."""
    return Mark(earned=item.earned or 0, possible=item.points, waiting=item.waiting, dropped=item.dropped)


def _mode(mark: Mark) -> Mode:
    if mark.dropped:
        return Mode.DROPPED
    if mark.waiting:
        return Mode.WAITING
    if mark.earned == mark.possible:
        return Mode.RIGHT
    return Mode.HALF if mark.earned else Mode.WRONG


def seen(item: Drawn) -> Json:
    """Return a question as it may be seen before its key may be known."""
    return learner_view(item.question, item.order)


def papers(items: Sequence[Drawn], sitting: Sitting) -> list[Review]:
    """Return the questions of an open attempt as they may be seen now."""
    return [
        review_of(
            item,
            reveal(sitting.rules.use, ended=False, answered=item.earned is not None),
        )
        for item in items
    ]
