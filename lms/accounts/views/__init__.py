"""Pages of people: sign-in, slips, the list, one person, intakes, rosters, teams, import, one's own account."""

from lms.accounts.views import me, sign_in, slips
from lms.accounts.views.blueprint import bp

__all__ = ["bp", "me", "sign_in", "slips"]
