"""What the floor does by the clock."""

from lms.core import outbox
from lms.core.db import transaction


def trim_outbox() -> int:
    """Delete the rows of the outbox that were finished long ago; return how many."""
    with transaction():
        return outbox.trim()
