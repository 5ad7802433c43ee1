"""What studying does, or says, when something else happens; rooms.py subscribes it."""

from lms.learning.handlers.seen import (
    on_how_much_seen,
)

__all__ = [
    "on_how_much_seen",
]
