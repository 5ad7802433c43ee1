"""The due day as it counts. Pure.

What was asked for (`AssignmentReason.due_on`, the nth rostered day) is kept as it was asked; what counts is worked out
from it each time, so that a day moves back when a leave is cut short or a freeze window is taken away. A day granted
by hand (`AssignmentItem.extended_to`) is not moved.
"""

from collections.abc import Sequence
from datetime import date

from lms.accounts.rules.calendar import Freeze, covering, day_after
from lms.core.calendar import Works, nth_working_day
from lms.core.errors import Invalid

__all__ = ["Freeze", "settled_day"]


def settled_day(day: date, works: Works, freezes: Sequence[Freeze]) -> date:
    """Return the due day as it counts: the day, or the first working day after the freeze or leave that holds it.

    freezes: the person's, of `accounts.queries.freezes_of`. Where the roster has no working day after, it is the first
    day that nothing holds: a roster that is not there makes nobody late within a freeze.
    """
    if covering(freezes, day) is None:
        return day
    while True:
        free = day_after(freezes, day)
        try:
            day = nth_working_day(free, 1, works)
        except Invalid:
            return free
        if covering(freezes, day) is None:
            return day
