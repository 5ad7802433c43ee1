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
from lms.reviews.models.awards import Award, AwardCandidate, AwardProposal, AwardRule, AwardShare, AwardTerms
from lms.reviews.models.badges import BadgeGrant, BadgeKind, LeaderOptOut
from lms.reviews.models.deductions import Deduction, DeductionRule
from lms.reviews.models.peaks import PeakFinding, PeakMeasure, PeakReview
from lms.reviews.models.targets import YearTarget

__all__ = [
    "Appraisal",
    "AppraisalAnswer",
    "AppraisalAppeal",
    "AppraisalCycle",
    "AppraisalForm",
    "AppraisalFreeze",
    "AppraisalPaper",
    "AppraisalSignature",
    "Award",
    "AwardCandidate",
    "AwardProposal",
    "AwardRule",
    "AwardShare",
    "AwardTerms",
    "BadgeGrant",
    "BadgeKind",
    "Deduction",
    "DeductionRule",
    "Goal",
    "GoalEvidence",
    "LeaderOptOut",
    "PeakFinding",
    "PeakMeasure",
    "PeakReview",
    "YearTarget",
]
