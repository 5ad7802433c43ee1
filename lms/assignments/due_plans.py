"""By when a rule asks for something. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lms.core.calendar import Works, nth_working_day
from lms.core.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePlan:
    """A day, or so many days or rostered days from the person's first day; nothing = the document's own days, if any.

    workdays: 1 = the first rostered day. at_least: whoever is given it later has at least so many days from then on.
    """

    on: date | None = None
    days: int | None = None
    workdays: int | None = None
    at_least: int | None = None

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"on": self.on.isoformat()} if self.on else {}
        for name in ("days", "workdays", "at_least"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        return found

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "DuePlan":
        on = stored.get("on")
        return DuePlan(
            on=date.fromisoformat(on) if on else None,
            days=stored.get("days"),
            workdays=stored.get("workdays"),
            at_least=stored.get("at_least"),
        )


def due_day(plan: DuePlan, starts_on: date, given_on: date, works: Works) -> date | None:
    """Return the day that the plan asks of somebody; None where it names none or the roster ends before.

    starts_on: the person's first day of it. given_on: when they were given it, from which `at_least` counts. Freeze
    windows and leave move what counts of the day, not the day that was asked (`due.settled_day`).
    """
    due = plan.on
    if plan.days is not None:
        due = starts_on + timedelta(days=plan.days)
    elif plan.workdays is not None:
        try:
            due = nth_working_day(starts_on, plan.workdays, works)
        except Invalid:  # nobody is late by a roster that is not there
            return None
    if due is not None and plan.at_least is not None:
        due = max(due, given_on + timedelta(days=plan.at_least))
    return due
