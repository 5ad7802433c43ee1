"""Builders of duties with a due day, and the clock of a morning in Shanghai."""

from datetime import UTC, date, datetime, timedelta

from lms.core import clock
from tests.support.make_duties import a_document, owes

MONDAY = date(2026, 12, 7)


def at(day, hour=9, minute=30):
    """Hold the clock at an hour of Shanghai."""
    return clock.frozen(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8))


def a_duty(person, due_on=MONDAY + timedelta(days=1), title="退货时效", **more):
    document = a_document(title=title)
    return owes(person, document, (document, due_on, False), **more)
