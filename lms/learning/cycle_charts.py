"""Pictures of cycles: what is left day by day against the plan, quarters side by side. Geometry and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core.i18n import _, ngettext
from lms.learning.queries.cycle_reports import CycleRow
from lms.learning.rules.cycles import Share, planned_left, together
from lms.web.charts import Bar, Curve, columns, curve
from lms.web.shell import show_short_day

WIDTH, HEIGHT = 336, 76


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """A burn-down. done: what is left, up to today; None before the start. said, pace: the words at its end.

    marks: (x, words, anchor) below the axis. rows: each day with what was left and what should have been, latest first.
    """

    width: int
    height: int
    done: Curve | None
    goal: Curve
    said: str
    pace: str
    marks: Sequence[tuple[float, str, str]]
    rows: Sequence[tuple[date, int, int]]


def burn(
    people: int, finished: Sequence[tuple[date, int]], shares: Sequence[Share], target: int, today: date
) -> Burn | None:
    """Return the burn-down of a cycle, None where nobody owes it. finished: how many on which day."""
    if not people or not shares:
        return None
    shares = together(shares)
    first = min(share.starts_on for share in shares)
    last = max(max(share.due_on for share in shares), min(today, first + timedelta(days=400)))
    span = (last - first).days + 1
    on = dict(finished)
    early = sum(n for day, n in finished if day < first)
    left, actual, rows = people - early, [(0.0, float(people - early))], []
    goal = [(0.0, float(people))]
    for at in range(span):
        day = first + timedelta(days=at)
        should = planned_left(shares, target, day)
        goal.append((at + 1.0, should))
        if day <= today:
            left -= on.get(day, 0)
            actual.append((at + 1.0, float(left)))
            rows.append((day, left, round(should)))
    begun = today >= first
    behind = rows[-1][1] - rows[-1][2] if rows else 0
    size = {"width": WIDTH, "height": HEIGHT, "span": span, "most": people}
    done = curve(actual, **size) if begun else None
    return Burn(
        width=WIDTH,
        height=HEIGHT,
        done=done,
        goal=curve(goal, **size),
        said=ngettext("还剩 %(n)s 人", "还剩 %(n)s 人", left) % {"n": left} if left else _("都学完了"),
        pace=_pace(behind) if left else "",
        marks=_marks(first, last, today, done),
        rows=rows[::-1],
    )


def _pace(behind: int) -> str:
    if behind > 0:
        return ngettext("比计划慢 %(n)s 人", "比计划慢 %(n)s 人", behind) % {"n": behind}
    if behind < 0:
        return ngettext("比计划快 %(n)s 人", "比计划快 %(n)s 人", -behind) % {"n": -behind}
    return _("与计划一致")


def _marks(first: date, last: date, today: date, done: Curve | None) -> list[tuple[float, str, str]]:
    """Return the days below the axis; today only where it does not stand on another one."""
    marks: list[tuple[float, str, str]] = []
    here = done.x if done else 0.0
    if here > 60 or done is None:
        marks.append((0, show_short_day(first), "start"))
    if done is not None:
        marks.append((min(max(here, 14), WIDTH - 14), _("今天"), "middle"))
    if done is None or here < WIDTH - 60:
        marks.append((WIDTH, show_short_day(last), "end"))
    return marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How many had finished by each day. rows: the latest first."""

    width: int
    height: int
    line: Curve
    marks: Sequence[tuple[float, str, str]]
    rows: Sequence[tuple[date, int]]


def finished(
    counted: int, done: int, days: Sequence[tuple[date, int]], starts_on: date, closed_on: date
) -> Finished | None:
    """Return the rise of a closed cycle, None where nothing is known of its days."""
    if not days or not counted:
        return None
    first, last = min(starts_on, days[0][0]), max(closed_on, days[-1][0])
    points, rows, sum_of = [(0.0, 0.0)], [], 0
    for day, n in days:
        at = float((day - first).days)
        points += [(at, float(sum_of)), (at + 1, float(sum_of + n))]
        sum_of += n
        rows.append((day, sum_of))
    span = (last - first).days + 1
    points.append((float(span), float(sum_of)))
    return Finished(
        width=WIDTH,
        height=HEIGHT,
        line=curve(points, width=WIDTH, height=HEIGHT, span=span, most=max(counted, done, sum_of)),
        marks=[(0, show_short_day(first), "start"), (WIDTH, show_short_day(last), "end")],
        rows=rows[::-1],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Quarters side by side, the earliest first. goals: y of each target."""

    width: int
    height: int
    bars: Sequence[Bar]
    goals: Sequence[float]
    labels: Sequence[str]
    values: Sequence[str]


def compared(rows: Sequence[CycleRow]) -> Compared | None:
    """Return the chart of some cycles, given the latest first; None for fewer than two."""
    if len(rows) < 2:
        return None
    shown = list(rows)[::-1]
    width, height = 80 * len(shown), 96
    return Compared(
        width=width,
        height=height,
        bars=columns([row.percent or 0 for row in shown], width=width, height=height, most=100, gap=0.5),
        goals=[round(height - height * row.target / 100, 2) for row in shown],
        labels=[row.quarter for row in shown],
        values=[f"{row.percent}%" for row in shown],
    )
