"""Pages of the room."""

from lms.reviews.views import (
    appraisal_cycles,
    appraisal_forms,
    appraisals,
    award_proposals,
    awards,
    badges,
    deductions,
    goals,
    leaders,
    peaks,
    targets,
)
from lms.reviews.views.room import bp

__all__ = [
    "appraisal_cycles",
    "appraisal_forms",
    "appraisals",
    "award_proposals",
    "awards",
    "badges",
    "bp",
    "deductions",
    "goals",
    "leaders",
    "peaks",
    "targets",
]
