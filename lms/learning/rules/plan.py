"""The plan of days and stages as a person sees it. Pure: duties' items and days in, rows out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lms.assignments.rules import Duty, Item, Place, State, gates, is_locked, progress, with_done

PLANS = frozenset({"course", "curriculum"})
TO_DO = frozenset({"open", "part", "late"})
SETTLED = frozenset({"done", "off"})
STUCK_AFTER = 2
"""Rostered days without anything done after which somebody is stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One cell of the strip. state: done | now | late | open. on: None where no day is known yet."""

    number: int
    on: date | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One bracket under the strip. position: from 0; days: how many cells it spans; state: done | now | open."""

    position: int
    name: str
    first_day: int
    days: int
    done: int
    total: int
    state: str
    sign_off: str
    """"" where none is asked, else open | ready | done."""


def day_number(days: Sequence[Day], today: date) -> int:
    """Return which planned day it is: 0 before the first, the last one after the end."""
    return max((day.number for day in days if day.on is not None and day.on <= today), default=0)


def strip(items: Sequence[Item], today: date) -> list[Day]:
    """Return a cell for each planned day, from 1 to the last."""
    by_day: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.day:
            by_day[item.day].append(item)
    days = []
    for number in range(1, max(by_day, default=0) + 1):
        mine = [item for item in by_day[number] if item.required and item.purpose != "sign_off"]
        on = min((item.due_on for item in by_day[number] if item.due_on), default=None)
        settled = bool(mine) and all(item.settled for item in mine)
        state = "done" if settled else "late" if on is not None and on < today else "open"
        days.append(Day(number=number, on=on, state=state))
    now = day_number(days, today)
    return [
        Day(number=day.number, on=day.on, state="now") if day.number == now and day.state == "open" else day
        for day in days
    ]


def stages(items: Sequence[Item]) -> list[Stage]:
    """Return the stages in order, each with its required items and what became of its sign-off."""
    at = gates(items)
    found = []
    for position in sorted({item.stage for item in items if item.stage is not None}):
        mine = [item for item in items if item.stage == position]
        work = [item for item in mine if item.purpose != "sign_off"]
        sign = next((item for item in mine if item.purpose == "sign_off"), None)
        counted = progress(work)
        numbers = [item.day for item in work if item.day]
        locked = all(is_locked(item, at) for item in mine if not item.settled)
        found.append(
            Stage(
                position=position,
                name=mine[0].stage_name,
                first_day=min(numbers, default=0),
                days=max(numbers, default=0) - min(numbers, default=0) + 1 if numbers else 0,
                done=counted.done,
                total=counted.total,
                state="done" if position in at.complete else "open" if locked or not counted.done else "now",
                sign_off="" if sign is None else "done" if sign.settled else "ready" if counted.complete else "open",
            )
        )
    return found


def idle_days(last_on: date | None, starts_on: date, worked: Iterable[date], today: date) -> int:
    """Return on how many rostered days nothing was done: after the last deed, or from the start, up to yesterday.

    worked: the person's rostered days around the present one.
    """
    first = starts_on if last_on is None else max(last_on, starts_on)
    return sum(1 for day in set(worked) if (first < day if last_on else first <= day) and day < today)


def cell_state(state: State) -> str:
    """Return how the cell of an item looks: the words of macros/ui.html."""
    words = {
        State.DONE: "done",
        State.STARTED: "part",
        State.OVERDUE: "late",
        State.EXEMPT: "off",
        State.LOCKED: "locked",
    }
    return words.get(state, "open")


def following(duties: Sequence[Duty], place: Place, at: datetime) -> Duty | None:
    """Return what to go on with once the item of `place` is done: the next of its course, else what is due by then.

    Only what the person alone can do, and what is open by then: in an ordered stage doing this one opens the next.
    """
    own = place.duty.item
    whole = [duty for duty in duties if duty.item.assignment_id == own.assignment_id]
    items = [with_done(duty.item, at) if duty.item.position == own.position else duty.item for duty in whole]
    open_now = gates(items)
    found = [
        duty
        for duty, item in zip(whole, items, strict=True)
        if item.position > own.position
        and item.purpose == "complete"
        and not item.settled
        and not item.waits_for_others
        and not is_locked(item, open_now)
    ]
    same = [duty for duty in found if own.container_id is not None and duty.item.container_id == own.container_id]
    due = [duty for duty in found if duty.item.due_on is not None and duty.item.due_on <= (own.due_on or at.date())]
    return next(iter([*same, *due]), None)
