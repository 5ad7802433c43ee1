"""What the shell does by the clock."""

from lms.core.db import transaction
from lms.web import idempotency


def forget_answers() -> int:
    """Forget what calls with an Idempotency-Key were answered more than a day ago; return how many."""
    with transaction():
        return idempotency.forget()
