"""Tables of the room, a module a part."""

from lms.reviews.models.appraisals import (
    Appraisal,
    AppraisalAnswer,
    AppraisalAppeal,
    AppraisalCycle,
    AppraisalForm,
    AppraisalFreeze,
    AppraisalPaper,
    AppraisalSignature,
    Goal,
    GoalEvidence,
)

__all__ = [
    "Appraisal",
    "AppraisalAnswer",
    "AppraisalAppeal",
    "AppraisalCycle",
    "AppraisalForm",
    "AppraisalFreeze",
    "AppraisalPaper",
    "AppraisalSignature",
    "Goal",
    "GoalEvidence",
]
