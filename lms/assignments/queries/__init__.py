"""Reading duties."""

from lms.assignments.queries.duties import (
    Duty,
    OpenCheck,
    Place,
    duties,
    duties_about,
    duties_of_assignments,
    finished,
    have_completed,
    locked_reason,
    open_checks,
    owing,
    own_duties,
    place_of,
    would_complete,
)

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
