"""Verbs of telling people."""

from lms.notifications.actions.inbox import (
    KEPT,
    forget,
    read,
    settle,
    tell,
)

__all__ = [
    "KEPT",
    "forget",
    "read",
    "settle",
    "tell",
]
