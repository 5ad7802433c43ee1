"""Verbs of telling people."""

from lms.notifications.actions.inbox import (
    KEPT,
    Message,
    forget,
    key_of,
    read,
    settle,
    tell,
    tell_each,
)

__all__ = [
    "KEPT",
    "Message",
    "forget",
    "key_of",
    "read",
    "settle",
    "tell",
    "tell_each",
]
