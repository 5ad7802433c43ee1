"""What somebody lacks to go live, how late a duty is, what is said to a group, how teams compare. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from lms.core.texts import Text, text

FEW = 5
"""Results below which an average is shown with the word that they are few, and ranks nobody."""


class Level(IntEnum):
    """How much a lack stands in the way: can't go live, not every queue, goes live and has to catch up."""

    BEHIND = 1
    LIMITED = 2
    BLOCKED = 3


LEVELS: Mapping[Level, Text] = {
    Level.BLOCKED: text("不能上线"),
    Level.LIMITED: text("限部分队列"),
    Level.BEHIND: text("能上线，要补"),
}
LEVEL_KEYS: Mapping[str, Level] = {"blocked": Level.BLOCKED, "limited": Level.LIMITED, "behind": Level.BEHIND}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One thing that somebody lacks. days: by which it is late, 0 = not late."""

    level: Level
    words: Text
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Somebody who works today, with what is lacking, the worst first. shift: its code, "" where none is said."""

    person_id: int
    employee_no: str
    name: str
    team: str
    shift: str
    lacks: Sequence[Lack]

    @property
    def level(self) -> Level | None:
        return max((lack.level for lack in self.lacks), default=None)

    @property
    def level_key(self) -> str:
        return next((key for key, level in LEVEL_KEYS.items() if level == self.level), "")


def worst_first(workers: Iterable[Worker]) -> list[Worker]:
    """Return who lacks something: the most serious lack first, then the latest, then the most lacks."""
    lacking = [each for each in workers if each.lacks]
    return sorted(
        lacking,
        key=lambda each: (
            -max(lack.level for lack in each.lacks),
            -max(lack.days for lack in each.lacks),
            -len(each.lacks),
            each.team,
            each.employee_no,
        ),
    )


def ordered(lacks: Iterable[Lack]) -> list[Lack]:
    return sorted(lacks, key=lambda lack: (-lack.level, -lack.days))


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLine:
    """One open duty in the list of those who are late or have not begun.

    late_items: required items past their day. chased_at: when the person was asked last; chased: how often, in days.
    silent: on leave or in a freeze window today.
    """

    assignment_id: int
    employee_no: str
    name: str
    team: str
    title: str
    done: int
    total: int
    due_on: date | None
    days: int
    late_items: int
    last_done_at: datetime | None
    chased_at: datetime | None
    chased: int
    chased_today: bool
    silent: bool

    @property
    def may_chase(self) -> bool:
        return not self.chased_today and not self.silent

    @property
    def state(self) -> str:
        """Return late | part | open."""
        if self.days > 0:
            return "late"
        return "part" if self.done else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """How many people are late with one goal or still owe it. longest: days of the latest one."""

    title: str
    late: int
    unfinished: int
    longest: int
    names: Sequence[str] = ()


def group_words(goals: Sequence[Owed], *, named: bool) -> list[Text]:
    """Return what is said in the group, a line each. Nobody is named unless the lead has said so.

    The lines stand alone: no line says who "the five" are where names are not asked for.
    """
    if not any(goal.unfinished for goal in goals):
        return [text("大家都学完了，没有欠的。")]
    lines: list[Text] = []
    for goal in goals:
        if goal.late:
            lines.append(
                text(
                    "《%(title)s》：%(late)s 人逾期，最长 %(days)s 天；共 %(left)s 人没学完。",
                    title=goal.title,
                    late=goal.late,
                    days=goal.longest,
                    left=goal.unfinished,
                )
            )
        else:
            lines.append(text("《%(title)s》：%(left)s 人没学完，还没有逾期。", title=goal.title, left=goal.unfinished))
        if named and goal.names:
            lines.append(Text("　%(names)s", {"names": "、".join(goal.names)}))
    return [text("学习进度提醒："), *lines, text("请打开客服学院，在“今天”里补上。")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    """A mean of percentages over n results. few: too few to say much."""

    total: float
    n: int

    @property
    def mean(self) -> int | None:
        return round(self.total / self.n) if self.n else None

    @property
    def few(self) -> bool:
        return 0 < self.n < FEW


NOTHING = Average(total=0.0, n=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLine:
    """One team over a period. people: who is in it now; owed, done: duties due in the period; late: people late now."""

    code: str
    name: str
    people: int
    owed: int
    done: int
    late: int
    quizzes: Average = NOTHING
    drills: Average = NOTHING

    @property
    def percent(self) -> int | None:
        return 100 * self.done // self.owed if self.owed else None

    @property
    def few(self) -> bool:
        """Whether so few people are in it that one of them moves the share by a fifth or more."""
        return 0 < self.people < FEW
