"""When people are told and reminded, and in which words. Pure."""

from lms.notifications.rules.hours import DAY_MINUTES, Hours, is_quiet, when
from lms.notifications.rules.reminders import (
    DEFAULT,
    LEAD,
    Owed,
    Plan,
    Said,
    checked,
    escalates,
    step_on,
    to_say,
)

__all__ = [
    "DAY_MINUTES",
    "DEFAULT",
    "LEAD",
    "Hours",
    "Owed",
    "Plan",
    "Said",
    "checked",
    "escalates",
    "is_quiet",
    "step_on",
    "to_say",
    "when",
]
