"""Tables of studying: what is read, met for, certified, asked and prepared."""

from lms.learning.models.campaigns import Campaign, CampaignPart
from lms.learning.models.certificates import (
    Certificate,
    CertificatePlan,
    QueueCheck,
    QueueNeed,
    QueueOverride,
    QueueRight,
    ServiceQueue,
)
from lms.learning.models.cycles import Cycle, CycleWave
from lms.learning.models.sessions import LiveSession, Offer, Seat
from lms.learning.models.studying import Reading, TaskWork, Upload, Watching
from lms.learning.models.surveys import IdeaSupport, Survey, SurveyAnswer, SurveyAsked, TrainingIdea

__all__ = [
    "Campaign",
    "CampaignPart",
    "Certificate",
    "CertificatePlan",
    "Cycle",
    "CycleWave",
    "IdeaSupport",
    "LiveSession",
    "Offer",
    "QueueCheck",
    "QueueNeed",
    "QueueOverride",
    "QueueRight",
    "Reading",
    "Seat",
    "ServiceQueue",
    "Survey",
    "SurveyAnswer",
    "SurveyAsked",
    "TaskWork",
    "TrainingIdea",
    "Upload",
    "Watching",
]
