"""Reminding owners of what they have to look at again."""

from lms.core.db import transaction
from lms.core.here import today
from lms.kb.actions import reviews

AT_ONCE = 100


def remind() -> int:
    """Tell every owner what is due; return how many were to be told. Said once, however often it runs."""
    said = reviews.remindings(today())
    for start in range(0, len(said), AT_ONCE):
        with transaction():
            reviews.remind(said[start : start + AT_ONCE])
    return len(said)
