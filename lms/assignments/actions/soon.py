"""Following a change of very many people at once: for up to a hundred now, else the worker does it, 100 at a time."""

from collections.abc import Collection

from lms.assignments.actions.days import reschedule
from lms.assignments.actions.give import TOGETHER
from lms.assignments.actions.keeping import keep_in_step
from lms.core import outbox

DAYS, RULES = "days", "rules"
"""Topics of the outbox."""


def reschedule_soon(person_ids: Collection[int]) -> None:
    """Count the due days of these people anew."""
    if len(set(person_ids)) <= TOGETHER:
        reschedule(list(person_ids))
    else:
        outbox.put_ids(DAYS, person_ids, TOGETHER)


def keep_soon(person_ids: Collection[int]) -> None:
    """Bring the duties of these people in step with the rules."""
    if len(set(person_ids)) <= TOGETHER:
        keep_in_step(person_ids)
    else:
        outbox.put_ids(RULES, person_ids, TOGETHER)
