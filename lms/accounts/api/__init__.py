"""What accounts offer over the API; each module names its own at the shared blueprint."""

from lms.accounts.api import own, people, roles, teams
from lms.accounts.api.room import bp

__all__ = ["bp", "own", "people", "roles", "teams"]
