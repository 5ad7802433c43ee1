"""Verbs of telling people."""

from lms.notifications.actions.deliveries import resend
from lms.notifications.actions.inbox import (
    forget,
    key_of,
    read,
    settle,
    tell,
    tell_each,
)
from lms.notifications.actions.messages import Message

__all__ = [
    "Message",
    "forget",
    "key_of",
    "read",
    "resend",
    "settle",
    "tell",
    "tell_each",
]
