"""What the room offers over the API."""

from lms.reviews.api import appraisals, award_rules, awards, badges, cycles, deductions, peaks, targets
from lms.reviews.api.room import bp

__all__ = ["appraisals", "award_rules", "awards", "badges", "bp", "cycles", "deductions", "peaks", "targets"]
