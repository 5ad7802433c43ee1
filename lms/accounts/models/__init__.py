"""Tables of people and of what decides their days."""

from lms.accounts.models.calendars import CalendarFeed, CompanyDay, FreezeWindow, Leave, PersonTag, Shift
from lms.accounts.models.chats import CHAT_PLATFORMS, ChatAccount
from lms.accounts.models.people import (
    ApiToken,
    Cohort,
    CohortMember,
    Membership,
    Mentor,
    Person,
    PersonShop,
    RoleGrant,
    RosterDay,
    RosterPattern,
    Shop,
    SignInSlip,
    SignInTry,
    Team,
    TeamPlace,
)

__all__ = [
    "CHAT_PLATFORMS",
    "ApiToken",
    "CalendarFeed",
    "ChatAccount",
    "Cohort",
    "CohortMember",
    "CompanyDay",
    "FreezeWindow",
    "Leave",
    "Membership",
    "Mentor",
    "Person",
    "PersonShop",
    "PersonTag",
    "RoleGrant",
    "RosterDay",
    "RosterPattern",
    "Shift",
    "Shop",
    "SignInSlip",
    "SignInTry",
    "Team",
    "TeamPlace",
]
