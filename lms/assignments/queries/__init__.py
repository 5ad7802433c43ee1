"""Reading duties."""

from lms.assignments.queries.duties import (
    OpenCheck,
    duties,
    duties_about,
    duties_of_assignments,
    finished,
    have_completed,
    locked_reason,
    open_checks,
    owing,
    own_duties,
    would_complete,
)
from lms.assignments.rules import Duty, Place, place_of

__all__ = [
    "Duty",
    "OpenCheck",
    "Place",
    "duties",
    "duties_about",
    "duties_of_assignments",
    "finished",
    "have_completed",
    "locked_reason",
    "open_checks",
    "owing",
    "own_duties",
    "place_of",
    "would_complete",
]
