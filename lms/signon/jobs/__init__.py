"""What is done for signing on without anybody asking."""

from lms.core.db import transaction
from lms.signon.actions import entering


def forget_visits() -> int:
    """Delete what was kept of sign-ins through the company's account whose sessions have run out; return how many."""
    with transaction():
        return entering.forget_visits()
