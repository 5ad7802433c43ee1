"""Reading what pages of studying show: one's own, and what waits for a confirmation."""

from lms.learning.queries.confirming import (
    Learner,
    attendance,
    confirmable,
    learners,
    rights_of,
    stages_ready,
    upload_for,
    waiting,
)
from lms.learning.queries.own import (
    changed_bases,
    name_of,
    photos,
    plans_to_read,
    readings_of,
    standings_of,
    study_of,
    work_row,
    work_states,
)

__all__ = [
    "Learner",
    "attendance",
    "changed_bases",
    "confirmable",
    "learners",
    "name_of",
    "photos",
    "plans_to_read",
    "readings_of",
    "rights_of",
    "stages_ready",
    "standings_of",
    "study_of",
    "upload_for",
    "waiting",
    "work_row",
    "work_states",
]
