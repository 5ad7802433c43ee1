"""How a block of items shows in a matrix, and what a summary says. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

BY_DAY, BY_COURSE, BY_ITEM = "day", "course", "item"
WIDEST = 14
"""Columns up to which every item has its own; beyond, a matrix is by day or by course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Counts over some required items of one person: a day, a course or a single item. late: open and past due.

    due_on: the day of all of them, None where they have several or none.
    """

    total: int
    settled: int
    exempt: int
    late: int
    begun: int
    due_on: date | None = None

    @property
    def state(self) -> str:
        """Return what the cell shows: done | late | part | off | open; `none` where the person has no such item."""
        if not self.total:
            return "none"
        if self.exempt == self.total:
            return "off"
        if self.settled == self.total:
            return "done"
        if self.late:
            return "late"
        return "part" if self.settled > self.exempt or self.begun else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the matrix. key: a day's number or a document's id. due_on: where all shown have the same."""

    key: str
    title: str
    short: str
    due_on: date | None = None


def dated(columns: Sequence[Column], cells: Mapping[tuple[int, str], Block]) -> list[Column]:
    """Return the columns with the day that all the people shown share."""
    days: dict[str, set[date | None]] = {}
    for (_, key), block in cells.items():
        days.setdefault(key, set()).add(block.due_on)
    return [
        replace(column, due_on=next(iter(found))) if len(found := days.get(column.key, set())) == 1 else column
        for column in columns
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person in the report. percent: whole, rounded down. overdue: items late; overdue_days: of the latest one."""

    assignment_id: int
    employee_no: str
    name: str
    team: str
    cohort: str
    done: int
    total: int
    overdue: int
    overdue_days: int
    state: str
    due_on: date | None
    last_completed_at: datetime | None
    credited_minutes: int
    observed_seconds: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def status(self) -> str:
        """Return done | exempt | overdue | part | open."""
        if self.state in {"done", "exempt"}:
            return self.state
        if self.overdue:
            return "overdue"
        return "part" if self.done else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of people. longest: days by which the latest one is late."""

    people: int
    done: int
    overdue: int
    begun: int
    longest: int
    due_on: date | None

    @property
    def percent(self) -> int:
        return 100 * self.done // self.people if self.people else 0


def grouping(asked: str, items: int, days: int) -> str:
    """Return by what the columns of a matrix are made: as asked, else every item while they fit, else days."""
    if asked in {BY_DAY, BY_COURSE, BY_ITEM}:
        return asked
    if items <= WIDEST:
        return BY_ITEM
    return BY_DAY if 1 < days <= WIDEST else BY_COURSE


def total_of(groups: Sequence[Summary]) -> Summary:
    """Return the sum of some groups; the summary of all people is the sum of its parts."""
    return Summary(
        people=sum(group.people for group in groups),
        done=sum(group.done for group in groups),
        overdue=sum(group.overdue for group in groups),
        begun=sum(group.begun for group in groups),
        longest=max((group.longest for group in groups), default=0),
        due_on=max((group.due_on for group in groups if group.due_on), default=None),
    )
