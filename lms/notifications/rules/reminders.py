"""Who is reminded of what, on which day. Pure.

A step of the plan counts days from the due day: -3 = three days before, 0 = on the day, 7 = a week late. On any day a
duty has at most one step, the last one whose day has come. So what fell on a day off, a leave or a silent time is said
on the next day on which the person works, with the days that are left by then; where the next step has come meanwhile
it is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.notifications.rules.hours import DAY_MINUTES, Hours, is_quiet

LEAD = 999
"""The step that tells the lead instead of the person."""

FURTHEST = 60
"""Days before or after a due day of which a plan may speak."""

MOST = 10
"""Steps before and after, each."""

AGAIN = timedelta(days=2)
"""A due day that is another one than yesterday is no reason to say yesterday's step again."""

LATE_AGAIN = timedelta(days=7)
"""Who is catching up, one late thing after the other, hears the same step of it once a week; so does the lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When people are reminded. before, after: days, at least 1. send_at: minutes from midnight.

    escalate_after: days late from which the lead is told; None = never.
    """

    before: tuple[int, ...] = (7, 3, 1)
    on_day: bool = True
    after: tuple[int, ...] = (1, 3, 7)
    escalate_after: int | None = 3
    send_at: int = 9 * 60
    hours: Hours = field(default_factory=Hours)

    @property
    def steps(self) -> tuple[int, ...]:
        """The days that the plan speaks on, counted from the due day, the earliest first."""
        return (
            *(-days for days in sorted(self.before, reverse=True)),
            *([0] if self.on_day else []),
            *sorted(self.after),
        )

    def speaks_at(self, minute: int) -> bool:
        """Return whether reminders may be made at this minute of a day: from `send_at` on, never in quiet hours."""
        return minute >= self.send_at and not is_quiet(minute, self.hours)


DEFAULT = Plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What one person still owes of one duty. due_on: its earliest open due day. done: how many of its items are."""

    assignment_id: int
    due_on: date
    done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A step that was said of a duty. done: how many of its items were done then."""

    due_on: date
    step: int
    on: date
    done: int = 0


def step_on(plan: Plan, due_on: date, today: date) -> int | None:
    """Return the step of a due day that is the one of today; None before the first, or where it is past saying.

    A warning makes sense until the eve of the due day, "today" on the day alone.
    """
    passed = [step for step in plan.steps if due_on + timedelta(days=step) <= today]
    if not passed:
        return None
    step = passed[-1]
    if (step < 0 and today >= due_on) or (step == 0 and today > due_on):
        return None
    return step


def to_say(plan: Plan, owed: Owed, today: date, said: Iterable[Said]) -> int | None:
    """Return the step to say of a duty today; None = nothing. said: all that was ever said of it, the leads' left out.

    A step is said once for a due day. Where the due day moved, the step that was said for the old one, or a later one,
    is not said again within 2 days; where it is another only because something was done, a warning holds for what comes
    next, and what is late is said again after a week.
    """
    step = step_on(plan, owed.due_on, today)
    if step is None:
        return None
    for each in said:
        if each.step == LEAD:
            continue
        if each.due_on == owed.due_on:
            if each.step >= step:
                return None
        elif each.step >= step and today - each.on < _rest(step, moved=each.done == owed.done):
            return None
    return step


def _rest(step: int, *, moved: bool) -> timedelta:
    if step > 0:
        return LATE_AGAIN
    return AGAIN if moved else timedelta(0)


def escalates(plan: Plan, owed: Owed, today: date, said: Iterable[Said]) -> bool:
    """Return whether the lead is to be told today that a duty is late: once for a due day, once a week for a duty."""
    if plan.escalate_after is None or (today - owed.due_on).days < plan.escalate_after:
        return False
    return not any(each.step == LEAD and (each.due_on == owed.due_on or today - each.on < LATE_AGAIN) for each in said)


def checked(plan: Plan) -> Plan:
    """Return the plan with its days in order, each once. Raises Invalid with what can't be."""
    wrong: dict[str, Text] = {}
    for name, days in (("before", plan.before), ("after", plan.after)):
        if any(not 1 <= day <= FURTHEST for day in days):
            wrong[name] = text("天数要在 1 到 %(most)s 之间。", most=FURTHEST)
        elif len(set(days)) > MOST:
            wrong[name] = text("最多 %(most)s 个时间点。", most=MOST)
    if plan.escalate_after is not None and not 1 <= plan.escalate_after <= FURTHEST:
        wrong["escalate_after"] = text("天数要在 1 到 %(most)s 之间。", most=FURTHEST)
    for name, minute in (
        ("send_at", plan.send_at),
        ("digest_at", plan.hours.digest_at),
        ("quiet_from", plan.hours.quiet_from),
        ("quiet_until", plan.hours.quiet_until),
    ):
        if not 0 <= minute < DAY_MINUTES:
            wrong[name] = text("请填一天里的时间，如 09:00。")
        elif name in {"send_at", "digest_at"} and is_quiet(minute, plan.hours):
            wrong[name] = text("这个时间在免打扰时段里。")
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    return Plan(
        before=_in_order(plan.before, reverse=True),
        on_day=plan.on_day,
        after=_in_order(plan.after),
        escalate_after=plan.escalate_after,
        send_at=plan.send_at,
        hours=plan.hours,
    )


def _in_order(days: Sequence[int], *, reverse: bool = False) -> tuple[int, ...]:
    return tuple(sorted(set(days), reverse=reverse))
