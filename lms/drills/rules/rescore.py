"""What a newer version makes of runs that have ended. Pure: the preview shows the plan, the act writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.core.texts import Text, text
from lms.drills.rules.judge import NO_WORDS, Words
from lms.drills.rules.rejudge import Changed, Decided, Erased, rejudged
from lms.drills.rules.replay import Replayed
from lms.drills.rules.score import Result, combined
from lms.drills.spec import DrillSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run that has ended. then: the drills by which it was played; gone: how it went; decided: what a person found.

    total: 0..100; passed: as it counts now.
    """

    run_id: int
    then: tuple[DrillSpec, ...]
    gone: tuple[Replayed, ...]
    total: Fraction
    passed: bool
    words: Words = NO_WORDS
    decided: Decided | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one run. results: of each conversation; () where the run keeps its score, kept says why."""

    run_id: int
    was: Fraction
    was_passed: bool
    total: Fraction
    passed: bool
    results: tuple[Result, ...] = ()
    kept: Text | None = None

    @property
    def is_other(self) -> bool:
        return self.total != self.was or self.passed is not self.was_passed

    @property
    def flips(self) -> bool:
        return self.passed is not self.was_passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """changes: of every run, in the order given."""

    changes: tuple[Change, ...]

    @property
    def other(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.is_other)

    @property
    def kept(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.kept is not None)

    @property
    def to_pass(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.flips and each.passed)

    @property
    def to_fail(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.flips and not each.passed)

    @property
    def raised(self) -> int:
        return sum(each.total > each.was for each in self.changes)

    @property
    def lowered(self) -> int:
        return sum(each.total < each.was for each in self.changes)


def plan(now: Sequence[DrillSpec], runs: Iterable[Ended]) -> Plan:
    """Return what the drills of `now` make of these runs, all of the same drills in the same order."""
    return Plan(changes=tuple(change(now, each) for each in runs))


def change(now: Sequence[DrillSpec], run: Ended) -> Change:
    """Return what becomes of one run. Where a scene or a reply of it is gone it keeps its score."""
    drills = now[: len(run.then)]
    try:
        results = rejudged(run.then, drills, run.gone, run.words, run.decided).results(drills)
    except Changed as gone:
        return _kept(run, text("场景“%(scene)s”或其中的选项在新版里没有了", scene=gone.scene))
    except Erased:
        return _kept(run, text("回复原文已删除"))
    whole = combined(results)
    return Change(
        run_id=run.run_id,
        was=run.total,
        was_passed=run.passed,
        total=whole.total,
        passed=whole.passed,
        results=results,
    )


def _kept(run: Ended, why: Text) -> Change:
    return Change(run_id=run.run_id, was=run.total, was_passed=run.passed, total=run.total, passed=run.passed, kept=why)
