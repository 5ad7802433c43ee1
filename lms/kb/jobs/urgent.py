"""Urgent notices for those who fit only now: a role given, a team changed on a planned day."""

from lms.core.db import transaction
from lms.kb.actions import urgent


def include_late() -> int:
    """Give live notices to whoever fits and has none; return how many were given."""
    with transaction():
        return urgent.include()
