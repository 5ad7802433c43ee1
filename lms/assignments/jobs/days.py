"""Counting the due days of very many people anew, a hundred in one transaction."""

from lms.assignments.actions.days import reschedule
from lms.assignments.actions.soon import DAYS
from lms.core.jobs import drain_ids


def reschedule_waiting() -> int:
    """Count the days of those whom a change of rosters left to the worker; return how many people that were."""
    return drain_ids(DAYS, reschedule)
