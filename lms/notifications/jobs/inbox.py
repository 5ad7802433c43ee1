"""What the worker sees to: notices that were read long ago."""

from lms.core import clock
from lms.core.db import transaction
from lms.notifications import actions


def forget_read() -> int:
    """Delete notices that were read and are older than LMS_KEEP_NOTICES_DAYS; return how many."""
    with transaction():
        return actions.forget(clock.now())
