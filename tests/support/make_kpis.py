"""Builders of figures of people's work."""

from datetime import date

from lms.core.access import Actor
from lms.core.db import transaction
from lms.performance.actions import figures as actions
from lms.performance.rules.kpi_sheet import Entry
from lms.performance.rules.periods import period


def a_sheet(*rows: str, head: str = "工号,周期,指标,数值,样本数") -> bytes:
    """Return a CSV file of these lines."""
    return "\n".join((head, *rows)).encode()


def imported(actor: Actor, data: bytes, name: str = "十月.csv", **options: object) -> str:
    """Import a file; return the import's public id."""
    with transaction():
        return actions.apply_file(actor, data, name=name, **options)[1]  # type: ignore[arg-type]


def figure(actor: Actor, person_id: int, metric: str, written: str, value: float, count: int | None = None) -> None:
    """Write one figure. written: its period, as "2026-10"."""
    entry = Entry(line=1, person_id=person_id, metric=metric, period=period(written), value=value, count=count)
    with transaction():
        plan = actions.apply_entries(actor, [entry], source="api", name="")
    assert not plan.refused_total


A_DAY = date(2026, 10, 5)
