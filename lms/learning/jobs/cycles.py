"""The next quarter's cycle, drafted ahead."""

from lms.core.db import session, transaction
from lms.learning.actions import cycles as actions
from lms.learning.queries.cycles import last_cycle


def draft_ahead() -> int:
    """Draft the next cycle once its time has come; return how many were drafted."""
    there = last_cycle() is not None
    session().rollback()
    if not there:
        return 0
    with transaction():
        return int(actions.draft_ahead() is not None)
