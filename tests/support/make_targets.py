"""A company with a year of monthly figures, and one with days of a peak."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from lms.core.db import transaction
from lms.performance.models import KpiValue
from lms.performance.rules.periods import Grain


def months_of(people: Sequence[int], code: str, values: Mapping[date, float], *, count: int = 10) -> None:
    """Give everybody the same figure in each of these months."""
    with transaction() as current:
        for person_id in people:
            for start, value in values.items():
                current.add(
                    KpiValue(metric=code, grain=Grain.MONTH, start=start, person_id=person_id, value=value, count=count)
                )


def days_of(people: Sequence[int], code: str, first: date, values: Sequence[float], *, count: int = 10) -> None:
    """Give everybody these figures, a day each, from `first` on."""
    with transaction() as current:
        for person_id in people:
            for number, value in enumerate(values):
                current.add(
                    KpiValue(
                        metric=code,
                        grain=Grain.DAY,
                        start=first + timedelta(days=number),
                        person_id=person_id,
                        value=value,
                        count=count,
                    )
                )
