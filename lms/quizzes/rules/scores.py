"""The scores of one quiz, a line for each person: the first sitting and the makeups apart. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Standing(StrEnum):
    """How somebody stands with a quiz."""

    PASSED = "passed"
    MADE_UP = "made_up"  # passed in a makeup only
    WAITING = "waiting"  # a marker can still decide it
    FAILED = "failed"
    SITTING = "sitting"  # the first attempt is open
    ABSENT = "absent"  # owes it and has not begun


class Round(StrEnum):
    """Which attempts are meant."""

    FIRST = "once"
    MAKEUP = "makeup"
    OTHER = "other"  # recurring checks and what other rooms give


def round_of(occasion: str) -> Round:
    if occasion == Round.FIRST:
        return Round.FIRST
    return Round.MAKEUP if occasion.startswith("makeup:") else Round.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt that has ended. percent: 0..100. passed: None while a marker can decide it.

    waiting: answers that a marker has still to see. seconds: worked on. away_times, away_seconds: a hint.
    """

    attempt_id: str
    occasion: str
    ended_at: datetime
    percent: Fraction
    passed: bool | None
    waiting: int = 0
    seconds: int = 0
    away_times: int = 0
    away_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    id: int
    name: str
    employee_no: str
    team: str
    team_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person. first, best, last: of the first sitting, None where there is none. tries: attempts in it.

    makeup: the best attempt in a makeup. waiting: answers that a marker has still to see, in all of them.
    """

    who: Who
    standing: Standing
    first: Try | None = None
    best: Try | None = None
    last: Try | None = None
    tries: int = 0
    makeup: Try | None = None
    makeup_tries: int = 0
    waiting: int = 0
    away_times: int = 0
    away_seconds: int = 0

    @property
    def seconds(self) -> int | None:
        """Of the best attempt of the first sitting, else of the best makeup."""
        shown = self.best or self.makeup
        return shown.seconds if shown else None

    @property
    def ended_at(self) -> datetime | None:
        """When the latest attempt ended."""
        ends = [each.ended_at for each in (self.last, self.makeup) if each]
        return max(ends, default=None)


def line_of(who: Who, tries: Iterable[Try], *, sitting: bool = False) -> Line:
    """Return the line of one person. tries: attempts that count, voided ones left out. sitting: one is open."""
    every = sorted(tries, key=lambda each: each.ended_at)
    first = [each for each in every if round_of(each.occasion) is not Round.MAKEUP]
    made = [each for each in every if round_of(each.occasion) is Round.MAKEUP]
    return Line(
        who=who,
        standing=_standing(first, made, sitting),
        first=first[0] if first else None,
        best=_best(first),
        last=first[-1] if first else None,
        tries=len(first),
        makeup=_best(made),
        makeup_tries=len(made),
        waiting=sum(each.waiting for each in every),
        away_times=sum(each.away_times for each in every),
        away_seconds=sum(each.away_seconds for each in every),
    )


def _best(tries: Sequence[Try]) -> Try | None:
    """Return the one with the most points; a pass before the points, the earlier one of equals."""
    return max(tries, key=lambda each: (bool(each.passed), each.percent), default=None)


def _standing(first: Sequence[Try], made: Sequence[Try], sitting: bool) -> Standing:
    if any(each.passed for each in first):
        return Standing.PASSED
    if any(each.passed for each in made):
        return Standing.MADE_UP
    if any(each.passed is None for each in (*first, *made)):
        return Standing.WAITING
    if first or made:
        return Standing.FAILED
    return Standing.SITTING if sitting else Standing.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Over the people of a list. sat: who has ended an attempt; decided: of them who wait for no marker.

    passed: in the first sitting; made_up: in a makeup only. waiting: answers. mean: of the best scores of the first
    sitting, 0..100.
    """

    people: int
    sat: int
    decided: int
    passed: int
    made_up: int
    absent: int
    waiting: int
    mean: Fraction | None

    @property
    def pass_percent(self) -> Fraction | None:
        """The pass rate of the first sitting, 0..100; None where no result is decided."""
        return Fraction(100 * self.passed, self.decided) if self.decided else None

    @property
    def final_percent(self) -> Fraction | None:
        """The pass rate with the makeups, 0..100."""
        return Fraction(100 * (self.passed + self.made_up), self.decided) if self.decided else None


def totals(lines: Sequence[Line]) -> Totals:
    sat = [line for line in lines if line.best is not None or line.makeup is not None]
    best = [line.best.percent for line in lines if line.best is not None]
    return Totals(
        people=len(lines),
        sat=len(sat),
        decided=sum(line.standing is not Standing.WAITING for line in sat),
        passed=sum(line.standing is Standing.PASSED for line in sat),
        made_up=sum(line.standing is Standing.MADE_UP for line in sat),
        absent=sum(line.standing is Standing.ABSENT for line in lines),
        waiting=sum(line.waiting for line in lines),
        mean=sum(best, Fraction(0)) / len(best) if best else None,
    )


_ORDER = list(Standing)
_KEYS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: (line.who.team, line.who.employee_no),
    "first": lambda line: line.first and line.first.percent,
    "best": lambda line: line.best and line.best.percent,
    "last": lambda line: line.last and line.last.percent,
    "makeup": lambda line: line.makeup and line.makeup.percent,
    "tries": lambda line: line.tries + line.makeup_tries,
    "standing": lambda line: _ORDER.index(line.standing),
    "waiting": lambda line: line.waiting,
    "seconds": lambda line: line.seconds,
    "away": lambda line: line.away_seconds,
    "ended": lambda line: line.ended_at,
}
SORTS = tuple(_KEYS)


def in_order(lines: Iterable[Line], sort: str, *, descending: bool = False) -> list[Line]:
    """Return the lines in order; who has nothing in the column comes last, whichever way it runs."""
    key = _KEYS[sort]
    every = sorted(lines, key=lambda line: (line.who.team, line.who.employee_no, line.who.id))
    having = [line for line in every if key(line) is not None]
    without = [line for line in every if key(line) is None]
    return sorted(having, key=key, reverse=descending) + without
