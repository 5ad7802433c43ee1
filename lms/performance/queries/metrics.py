"""Reading what the company has written down of metrics."""

from sqlalchemy import select

from lms.core.db import session
from lms.performance.models import Metric


def rows() -> dict[str, Metric]:
    """Return the metrics that the company added or changed, by code."""
    return {row.code: row for row in session().scalars(select(Metric).order_by(Metric.id))}


def row_of(code: str) -> Metric | None:
    return session().scalars(select(Metric).where(Metric.code == code)).one_or_none()
