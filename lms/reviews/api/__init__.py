"""What the room offers over the API."""

from lms.reviews.api import appraisals, awards, targets
from lms.reviews.api.room import bp

__all__ = ["appraisals", "awards", "bp", "targets"]
