"""What an import of figures would do. Pure."""

from dataclasses import dataclass

from lms.performance.rules.kpi_sheet import Refused
from lms.performance.rules.periods import Grain, Period

SHOWN = 1_000
"""So many refused rows and changes are kept with their details; the numbers count all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure that is there and would be another. old_count, count: None = not told."""

    line: int
    employee_no: str
    name: str
    metric: str
    period: Period
    old: float
    old_count: int | None
    value: float
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """rows: filled rows of the file. new, changed, unchanged: figures. empty: rows without any. refused: the first.

    columns: title and metric of what was read. unknown: titles that nobody knows. doubtful: metrics of which somebody
    has to say what 0.98 means. before: the sum of the values that would be replaced, which tells two plans apart.
    """

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    empty: int = 0
    refused: tuple[Refused, ...] = ()
    refused_total: int = 0
    changes: tuple[Change, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    grains: tuple[tuple[Grain, int], ...] = ()
    before: float = 0.0

    @property
    def can_apply(self) -> bool:
        return not self.refused_total and bool(self.new or self.changed)

    @property
    def mark(self) -> tuple[object, ...]:
        """What two plans have alike that would do the same."""
        return self.rows, self.new, self.changed, self.unchanged, self.refused_total, round(self.before, 6)
