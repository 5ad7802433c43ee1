"""What telling people does by the clock."""

from lms.notifications.jobs.inbox import (
    forget_read,
)

__all__ = [
    "forget_read",
]
