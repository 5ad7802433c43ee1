"""Reading verdicts of inspections: what counts of them, and what is to be done."""

from collections.abc import Collection

from sqlalchemy import func, select

from lms.core.db import rows
from lms.performance.models import Inspection
from lms.performance.rules.periods import Period


def quality_of_period(period: Period, person_ids: Collection[int] | None) -> dict[int, tuple[float, int]]:
    """Return the mean score (0–100) and the number of inspections that count, by person; None = everybody.

    Only effective ones of conversations within the period; second inspections serve the agreement alone.
    """
    statement = (
        select(Inspection.person_id, func.avg(Inspection.score), func.count())
        .where(
            Inspection.state == "effective",
            Inspection.second.is_(False),
            Inspection.score.is_not(None),
            Inspection.day >= period.start,
            Inspection.day < period.until,
        )
        .group_by(Inspection.person_id)
    )
    if person_ids is not None:
        statement = statement.where(Inspection.person_id.in_(list(person_ids)))
    return {person_id: (float(mean), n) for person_id, mean, n in rows(statement)}
