"""What accounts offer over the API; each module names its own at the shared blueprint."""

from lms.accounts.api import calendar, cohorts, own, people, roles, rosters, teams
from lms.accounts.api.room import bp

__all__ = ["bp", "calendar", "cohorts", "own", "people", "roles", "rosters", "teams"]
