"""Pages of people: sign-in, slips, the list, one person, intakes, rosters, teams, import, one's own account."""

from lms.accounts.views import cohorts, me, people, roster, sign_in, slips, staff, teams
from lms.accounts.views.blueprint import bp

__all__ = ["bp", "cohorts", "me", "people", "roster", "sign_in", "slips", "staff", "teams"]
