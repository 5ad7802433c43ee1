"""Deductions that become effective, and badges that were reached, by the clock."""

from lms.core.db import transaction
from lms.core.here import today
from lms.reviews.actions import badges, deductions
from lms.reviews.queries.badges import incomplete

AT_ONCE = 100


def let_deductions_count() -> int:
    """Let deductions count whose time for an appeal is over; return how many."""
    found = deductions.waiting(today())
    done = 0
    for start in range(0, len(found), AT_ONCE):
        with transaction():
            done += deductions.make_effective(found[start : start + AT_ONCE])
    return done


def grant_badges() -> int:
    """Grant badges that were reached, each once; return how many are new."""
    people = incomplete()
    done = 0
    for start in range(0, len(people), AT_ONCE):
        with transaction():
            done += badges.grant(people[start : start + AT_ONCE])
    return done
