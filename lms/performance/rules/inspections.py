"""质检: what a verdict is worth, when it takes effect, and whether what failed was mended. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.core.texts import Text, text

LONGEST_REASON = 1_000
LONGEST_QUOTE = 1_000
LONGEST_COMMENT = 500
LONGEST_NAME = 80
LONGEST_CODE = 40
MOST_APPEAL_DAYS = 30
MOST_PASSES = 10
MOST_POINTS = 1_000
MOST_RECHECK_DAYS = 90
REPEAT_WITHIN = timedelta(days=30)
"""Failing an item again within so many days of conversations is a repeat (重犯)."""


class State(StrEnum):
    OPEN = "open"  # told; may be appealed against
    APPEALED = "appealed"
    STANDS = "stands"  # the appeal was rejected; waits for the end of its days
    EFFECTIVE = "effective"
    OVERTURNED = "overturned"  # no verdict is left


STATES: dict[State, Text] = {
    State.OPEN: text("申诉期内"),
    State.APPEALED: text("申诉中"),
    State.STANDS: text("申诉未通过"),
    State.EFFECTIVE: text("已生效"),
    State.OVERTURNED: text("已改判"),
}


class Stage(StrEnum):
    """Of a loop. The last two end it."""

    OPEN = "open"
    LEARNED = "learned"
    RECHECKED = "rechecked"
    CLOSED = "closed"
    REPEATED = "repeated"


STAGES: dict[Stage, Text] = {
    Stage.OPEN: text("待学习"),
    Stage.LEARNED: text("已学，待复检"),
    Stage.RECHECKED: text("复检中"),
    Stage.CLOSED: text("已闭环"),
    Stage.REPEATED: text("又犯，已重开"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of one item. score, possible: points. overturned: it counts no more."""

    score: float
    possible: float
    failed: bool
    red: bool = False
    overturned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the verdicts of one conversation add up to. score: 0–100, two decimals; None where none is left."""

    score: float | None
    failed: int
    red: bool


def fails(score: float, possible: float, pass_percent: int) -> bool:
    """Return whether so many points of what was possible (more than 0) are too few."""
    return score * 100 < possible * pass_percent


def result(verdicts: Iterable[Verdict]) -> Result:
    """Return the share of the points that were possible, in percent; 0 where a red line was crossed (一票否决)."""
    left = [each for each in verdicts if not each.overturned]
    if not left:
        return Result(score=None, failed=0, red=False)
    red = any(each.red for each in left)
    possible = sum(each.possible for each in left)
    earned = sum(each.score for each in left)
    score = 0.0 if red or not possible else round(100 * earned / possible, 2)
    return Result(score=score, failed=sum(each.failed for each in left), red=red)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A verdict on the item that counts: the day of the conversation, and whether it failed."""

    day: date
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a loop stands. ended_on: the day of the conversation that closed it or in which it was repeated."""

    stage: Stage
    passes: int
    fails: int
    ended_on: date | None = None


def follow(
    opened_on: date, learned_on: date | None, *, rechecked: bool, verdicts: Sequence[Seen], passes: int
) -> Progress:
    """Return how a loop stands, whatever the order in which the verdicts came.

    opened_on: day of the conversation that failed. learned_on: when what was to be learned was done. rechecked: the
    questions asked again were answered. verdicts: all that count of the person and item. passes: how many in a row
    close it. A conversation of the day of learning or before tells nothing of what was learned.
    """
    before = [each for each in verdicts if each.failed and opened_on <= each.day]
    if learned_on is None:
        return Progress(stage=Stage.OPEN, passes=0, fails=max(1, len(before)))
    joined = max(1, sum(each.day <= learned_on for each in before))
    after = sorted((each for each in verdicts if each.day > learned_on), key=lambda each: (each.day, not each.failed))
    passed = 0
    for each in after:
        if each.failed:
            return Progress(stage=Stage.REPEATED, passes=passed, fails=joined, ended_on=each.day)
        passed += 1
        if passed >= passes:
            return Progress(stage=Stage.CLOSED, passes=passed, fails=joined, ended_on=each.day)
    return Progress(stage=Stage.RECHECKED if passed or rechecked else Stage.LEARNED, passes=passed, fails=joined)


@dataclass(frozen=True, slots=True)
class Days:
    """A run of days, `until` not included, where no calendar's period is meant."""

    start: date
    until: date

    @property
    def before(self) -> "Days":
        """As many days just before."""
        return Days(self.start - (self.until - self.start), self.start)


def last_days(today: date, days: int = REPEAT_WITHIN.days) -> Days:
    """Return so many days up to today, which is included."""
    return Days(today - timedelta(days=days - 1), today + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed item of somebody: who, which, in a conversation of which day."""

    person_id: int
    item_id: int
    day: date


def repeats(failures: Iterable[Failure], start: date, until: date) -> dict[int, tuple[int, int, int]]:
    """Return of each item its failures within start..until (not included), their people, and how many are repeats.

    A repeat: the same person failed the same item in another conversation of the 30 days before, or earlier on the
    same day. So what is known of a period changes no more when time goes by. failures: also those of the 30 days
    before start.
    """
    by_pair: dict[tuple[int, int], list[date]] = {}
    for each in failures:
        by_pair.setdefault((each.item_id, each.person_id), []).append(each.day)
    found: dict[int, list[int]] = {}
    for (item_id, _person), days in sorted(by_pair.items()):
        days.sort()
        inside = [place for place, day in enumerate(days) if start <= day < until]
        if not inside:
            continue
        again = sum(place > 0 and days[place] - days[place - 1] <= REPEAT_WITHIN for place in inside)
        counts = found.setdefault(item_id, [0, 0, 0])
        counts[0] += len(inside)
        counts[1] += 1
        counts[2] += again
    return {item_id: (n, people, again) for item_id, (n, people, again) in found.items()}
