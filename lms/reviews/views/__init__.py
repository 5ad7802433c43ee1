"""Pages of the room."""

from lms.reviews.views import award_proposals, awards, deductions, leaders, targets
from lms.reviews.views.room import bp

__all__ = ["award_proposals", "awards", "bp", "deductions", "leaders", "targets"]
