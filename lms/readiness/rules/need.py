"""How many people a day takes: by a step for every thousand orders, or by Erlang C. Pure.

A formula is data, so that a plan keeps it, a page edits it and a what-if tries another one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from math import ceil
from typing import Any

from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.readiness.rules.erlang import agents_for

HOURS = 24
MOST_ORDERS = 10_000_000
"""Orders, contacts or complaints of one day."""
MOST_PEOPLE = 100_000

USUAL_PROFILE = (2, 1, 1, 0, 0, 0, 1, 2, 4, 6, 7, 6, 5, 6, 6, 6, 6, 5, 5, 7, 8, 8, 5, 3)
"""Weights of the hours of a day where a company knows none of its own; most come in the evening."""


class Way(StrEnum):
    STEP = "step"  # present + ⌈(forecast − base) ÷ per⌉
    ERLANG = "erlang"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """What turns a day's forecast into people.

    per: orders for which one more agent is taken (step). may_shrink: fewer orders than usual need fewer people.
    contacts_per_order, handling (seconds a contact takes an agent), concurrency (chats held at once), shrinkage
    (percent of paid time away: breaks, training), target (percent answered within `within` seconds): Erlang.
    days_per_week, shift_hours: how much one person works; profile: weights of the 24 hours.
    """

    way: str = Way.STEP
    per: int = 1_000
    may_shrink: bool = False
    contacts_per_order: float = 0.35
    handling: float = 240.0
    concurrency: float = 3.0
    shrinkage: float = 25.0
    target: float = 80.0
    within: float = 20.0
    days_per_week: float = 5.0
    shift_hours: float = 8.0
    profile: tuple[float, ...] = USUAL_PROFILE

    def written(self) -> dict[str, Any]:
        """Return it as JSON."""
        found = asdict(self)
        found["way"], found["profile"] = str(self.way), list(self.profile)
        return found


BOUNDS: Mapping[str, tuple[float, float]] = {
    "per": (1, 1_000_000),
    "contacts_per_order": (0, 20),
    "handling": (1, 7_200),
    "concurrency": (1, 50),
    "shrinkage": (0, 90),
    "target": (1, 99.9),
    "within": (0, 3_600),
    "days_per_week": (1, 7),
    "shift_hours": (1, 12),
}
"""What each number of a formula can be, both ends included."""


def formula_of(kept: Mapping[str, Any]) -> Formula:
    """Return the formula that `written` wrote; what an older plan lacks is as usual."""
    known = {field.name for field in fields(Formula)}
    values = {name: value for name, value in kept.items() if name in known}
    if "profile" in values:
        values["profile"] = tuple(values["profile"])
    return Formula(**values)


def checked(formula: Formula) -> Formula:
    """Return the formula. Raises Invalid with every number that is out of bounds."""
    wrong: dict[str, Text] = {}
    if formula.way not in set(Way):
        wrong["way"] = text("请选一种算法。")
    for name, (low, high) in BOUNDS.items():
        value = getattr(formula, name)
        if not low <= value <= high:
            wrong[name] = text("填 %(low)s–%(high)s 之间的数。", low=f"{low:g}", high=f"{high:g}")
    weights = formula.profile
    if len(weights) != HOURS or any(not 0 <= weight <= 1e6 for weight in weights) or sum(weights) <= 0:
        wrong["profile"] = text("填 24 个数，从 0 点到 23 点，不能全是 0。")
    if wrong:
        raise Invalid(text("公式没有保存，请看标出的地方。"), fields=wrong)
    return formula


def read_profile(written: str) -> tuple[float, ...]:
    """Return 24 weights written with commas or blanks between them. Raises Invalid."""
    words = written.replace(",", " ").replace("，", " ").replace("、", " ").split()
    try:
        found = tuple(float(word) for word in words[: HOURS + 1] if len(word) <= 12)
    except ValueError:
        found = ()
    if len(found) != len(words) or len(found) != HOURS or any(not 0 <= each <= 1e6 for each in found) or not any(found):
        reason = text("填 24 个数，从 0 点到 23 点，不能全是 0。")
        raise Invalid(reason, fields={"profile": reason})
    return found


def by_step(present: int, base: int, orders: int, *, per: int = 1_000, may_shrink: bool = False) -> int:
    """Return present staff + ⌈(orders − base) ÷ per⌉, never below present staff unless `may_shrink`, never below 0."""
    more = -((base - orders) // per)
    return max(0, present + more) if may_shrink else max(0, present, present + more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What one day brings. contacts, complaints: None = not known; contacts are then reckoned from the orders."""

    orders: int
    contacts: int | None = None
    complaints: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """People in all (with those whose day off it is), on duty that day, and on duty in each of the 24 hours."""

    people: int
    on_duty: int
    hours: tuple[int, ...]


def need_of(formula: Formula, volume: Volume, *, present: int, base: int) -> Need:
    """Return whom a day takes. present: people who work here today, who suffice for `base` orders a day."""
    if formula.way == Way.ERLANG:
        return _by_erlang(formula, volume)
    people = by_step(present, base, volume.orders, per=formula.per, may_shrink=formula.may_shrink)
    on_duty = people * formula.days_per_week / 7
    whole = sum(formula.profile)
    # A step says nothing about hours: the hours that these people work are spread as the contacts come.
    hours = tuple(_up(on_duty * formula.shift_hours * weight / whole) for weight in formula.profile)
    return Need(people=people, on_duty=_up(on_duty), hours=hours)


def contacts_of(formula: Formula, volume: Volume) -> float:
    """Return the contacts of a day: those that are known, else orders × contacts per order."""
    return volume.contacts if volume.contacts is not None else volume.orders * formula.contacts_per_order


def _by_erlang(formula: Formula, volume: Volume) -> Need:
    contacts, whole = contacts_of(formula, volume), sum(formula.profile)
    hours = []
    for weight in formula.profile:
        load = contacts * weight / whole * formula.handling / 3_600 / formula.concurrency
        agents = agents_for(load, formula.handling, formula.within, formula.target / 100)
        hours.append(_up(agents / (1 - formula.shrinkage / 100)))
    # Nobody works all hours: the hours of all together have to be worked, and the fullest hour has to be filled.
    on_duty = max(max(hours), _up(sum(hours) / formula.shift_hours))
    return Need(people=_up(on_duty * 7 / formula.days_per_week), on_duty=on_duty, hours=tuple(hours))


def _up(value: float) -> int:
    """Round up; a trillionth above a whole number is the error of a division, not a person."""
    return ceil(value - 1e-9)


def shared(people: int, shares: Sequence[float]) -> tuple[int, ...]:
    """Spread people over shares so that they add up to all of them; what is left goes to the largest remainders."""
    whole = sum(shares)
    if not shares or whole <= 0:
        return tuple(0 for _ in shares)
    exact = [people * share / whole for share in shares]
    found = [int(each) for each in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: (found[place] - exact[place], place))
    for place in by_rest[: people - sum(found)]:
        found[place] += 1
    return tuple(found)
