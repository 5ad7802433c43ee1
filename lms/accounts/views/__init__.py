"""Pages of people and their days: sign-in, slips, lists, intakes, rosters, leave, calendar, teams, own account."""

from lms.accounts.views import (
    batches,
    calendar,
    cohorts,
    endings,
    leave,
    me,
    people,
    roster,
    sign_in,
    slips,
    staff,
    teams,
)
from lms.accounts.views.blueprint import bp

__all__ = [
    "batches",
    "bp",
    "calendar",
    "cohorts",
    "endings",
    "leave",
    "me",
    "people",
    "roster",
    "sign_in",
    "slips",
    "staff",
    "teams",
]
