"""Tables of the drills: runs and their events, team drills."""

from lms.drills.models.runs import Run, RunEvent, RunLookup, RunOverrule, RunReview, RunScore, RunText
from lms.drills.models.team import AfterReview, TeamDrill, TeamDrillPerson, TeamDrillTeam

__all__ = [
    "AfterReview",
    "Run",
    "RunEvent",
    "RunLookup",
    "RunOverrule",
    "RunReview",
    "RunScore",
    "RunText",
    "TeamDrill",
    "TeamDrillPerson",
    "TeamDrillTeam",
]
