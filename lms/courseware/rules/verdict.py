"""When a package is done: by seeing all of it, by passing, or from a score on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms.courseware.rules.cmi import Said
from lms.courseware.spec import DoneWhen, Rule


class Status(StrEnum):
    NEW = "new"
    STARTED = "started"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """met: the condition holds. status: what the package itself says. score: share 0..1, None without one.

    over: there is nothing more to come of this attempt once its last part has taken its leave.
    """

    met: bool
    status: Status
    score: Fraction | None
    over: bool


def verdict(done_when: DoneWhen, parts: Sequence[Said | None]) -> Verdict:
    """Return how an attempt stands. parts: what each part says, in order; None = never opened.

    The score of several parts is the mean of those that have one. A part that takes its leave without ever saying
    whether it is completed counts as completed in nobody's eyes; one that was passed is completed.
    """
    opened = [part for part in parts if part is not None]
    scores = [part.score for part in opened if part.score is not None]
    score = sum(scores, Fraction(0)) / len(scores) if scores else None
    seen = len(opened) == len(parts) and all(part.completed or part.success for part in opened)
    failed = any(part.success is False for part in opened)
    passed = seen and not failed and any(part.success for part in opened)
    match done_when.rule:
        case Rule.SEEN:
            met = seen
        case Rule.PASSED:
            met = passed
        case Rule.SCORE:
            met = seen and score is not None and score >= (done_when.least or 0)
    status = Status.NEW
    if opened:
        status = Status.STARTED
        if seen:
            status = Status.PASSED if passed else Status.COMPLETED
        if failed:
            status = Status.FAILED
    return Verdict(met=met, status=status, score=score, over=seen and not any(part.left for part in opened))
