"""Reading what people were told."""

from lms.notifications.queries.inbox import (
    LAST,
    PAGE,
    UNREAD,
    Alerts,
    Told,
    inbox,
    of_person,
)
from lms.notifications.queries.ways import receivers, working

__all__ = [
    "LAST",
    "PAGE",
    "UNREAD",
    "Alerts",
    "Told",
    "inbox",
    "of_person",
    "receivers",
    "working",
]
