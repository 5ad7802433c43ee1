"""Facts of the drills."""

from dataclasses import dataclass
from datetime import datetime

from lms.core.points import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStarted:
    """A run was begun that counts, in this transaction. run_id: its public name; `at` in UTC."""

    person_id: int
    document_id: int
    run_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillScored:
    """A run ended and was scored, or was scored anew, in this transaction; practice from a scene is not told.

    earned, possible in 1/27,720 point; `at` in UTC. run_id: the run's public name. again: it had another result before.
    """

    person_id: int
    document_id: int
    run_id: str
    earned: Points
    possible: Points
    passed: bool
    at: datetime
    again: bool = False
