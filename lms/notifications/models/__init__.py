"""Tables of what people are told, and on which ways."""

from lms.notifications.models.delivery import (
    ChatAccount,
    Delivery,
    NoticePreference,
    NoticeTemplate,
    RateBucket,
    ReminderPlan,
    Robot,
    RobotMessage,
)
from lms.notifications.models.inbox import Notice
from lms.notifications.models.reminders import Reminder

__all__ = [
    "ChatAccount",
    "Delivery",
    "Notice",
    "NoticePreference",
    "NoticeTemplate",
    "RateBucket",
    "Reminder",
    "ReminderPlan",
    "Robot",
    "RobotMessage",
]
