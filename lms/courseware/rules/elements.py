"""The data models of SCORM 1.2 and 2004: which elements there are, who may write them, what they may hold. Pure.

The one table for both sides: the script in the package gets it as JSON, the server checks by it what it is sent.
A type is a word, with its bounds behind colons: `string:4096`, `decimal:0:100`, `vocab:passed|failed`.
"""

from dataclasses import dataclass

from lms.courseware.rules.manifest import V12, V2004

READ, WRITE, BOTH = "r", "w", "rw"


@dataclass(frozen=True, slots=True)
class Element:
    """name: `n` stands for a place in a list. access: for the package. type: see above. default: before it is set."""

    name: str
    access: str
    type: str
    default: str = ""


_STATUS12 = "vocab:passed|completed|failed|incomplete|browsed"
_SCORE12 = "decimal:0:100"
_COMPLETION = "vocab:completed|incomplete|not attempted|unknown"
_SUCCESS = "vocab:passed|failed|unknown"

MODEL12 = (
    Element("cmi.core.student_id", READ, "string:255"),
    Element("cmi.core.student_name", READ, "string:255"),
    Element("cmi.core.lesson_location", BOTH, "string:255"),
    Element("cmi.core.credit", READ, "string:20", "credit"),
    Element("cmi.core.lesson_status", BOTH, _STATUS12, "not attempted"),
    Element("cmi.core.entry", READ, "string:20"),
    Element("cmi.core.score.raw", BOTH, _SCORE12),
    Element("cmi.core.score.max", BOTH, _SCORE12),
    Element("cmi.core.score.min", BOTH, _SCORE12),
    Element("cmi.core.total_time", READ, "string:20", "0000:00:00.00"),
    Element("cmi.core.lesson_mode", READ, "string:20", "normal"),
    Element("cmi.core.exit", WRITE, "vocab:time-out|suspend|logout|"),
    Element("cmi.core.session_time", WRITE, "span"),
    Element("cmi.suspend_data", BOTH, "string:4096"),
    Element("cmi.launch_data", READ, "string:4096"),
    Element("cmi.comments", BOTH, "string:4096"),
    Element("cmi.comments_from_lms", READ, "string:4096"),
    Element("cmi.objectives.n.id", BOTH, "name:255"),
    Element("cmi.objectives.n.score.raw", BOTH, _SCORE12),
    Element("cmi.objectives.n.score.max", BOTH, _SCORE12),
    Element("cmi.objectives.n.score.min", BOTH, _SCORE12),
    Element("cmi.objectives.n.status", BOTH, _STATUS12 + "|not attempted", "not attempted"),
    Element("cmi.student_data.mastery_score", READ, "string:20"),
    Element("cmi.student_data.max_time_allowed", READ, "string:20"),
    Element("cmi.student_data.time_limit_action", READ, "string:40"),
    Element("cmi.student_preference.audio", BOTH, "integer:-1:100", "0"),
    Element("cmi.student_preference.language", BOTH, "string:255"),
    Element("cmi.student_preference.speed", BOTH, "integer:-100:100", "0"),
    Element("cmi.student_preference.text", BOTH, "integer:-1:1", "0"),
    Element("cmi.interactions.n.id", WRITE, "name:255"),
    Element("cmi.interactions.n.objectives.n.id", WRITE, "name:255"),
    Element("cmi.interactions.n.time", WRITE, "clock"),
    Element(
        "cmi.interactions.n.type",
        WRITE,
        "vocab:true-false|choice|fill-in|matching|performance|sequencing|likert|numeric",
    ),
    Element("cmi.interactions.n.correct_responses.n.pattern", WRITE, "string:255"),
    Element("cmi.interactions.n.weighting", WRITE, "decimal"),
    Element("cmi.interactions.n.student_response", WRITE, "string:255"),
    Element("cmi.interactions.n.result", WRITE, "result:correct|wrong|unanticipated|neutral"),
    Element("cmi.interactions.n.latency", WRITE, "span"),
)

MODEL2004 = (
    Element("cmi.comments_from_learner.n.comment", BOTH, "string:4000"),
    Element("cmi.comments_from_learner.n.location", BOTH, "string:250"),
    Element("cmi.comments_from_learner.n.timestamp", BOTH, "instant"),
    Element("cmi.completion_status", BOTH, _COMPLETION, "unknown"),
    Element("cmi.completion_threshold", READ, "string:20"),
    Element("cmi.credit", READ, "string:20", "credit"),
    Element("cmi.entry", READ, "string:20"),
    Element("cmi.exit", WRITE, "vocab:time-out|suspend|logout|normal|"),
    Element("cmi.interactions.n.id", BOTH, "name:4000"),
    Element(
        "cmi.interactions.n.type",
        BOTH,
        "vocab:true-false|choice|fill-in|long-fill-in|likert|matching|performance|sequencing|numeric|other",
    ),
    Element("cmi.interactions.n.objectives.n.id", BOTH, "name:4000"),
    Element("cmi.interactions.n.timestamp", BOTH, "instant"),
    Element("cmi.interactions.n.correct_responses.n.pattern", BOTH, "string:4000"),
    Element("cmi.interactions.n.weighting", BOTH, "real"),
    Element("cmi.interactions.n.learner_response", BOTH, "string:4000"),
    Element("cmi.interactions.n.result", BOTH, "result:correct|incorrect|unanticipated|neutral"),
    Element("cmi.interactions.n.latency", BOTH, "duration"),
    Element("cmi.interactions.n.description", BOTH, "string:250"),
    Element("cmi.launch_data", READ, "string:4000"),
    Element("cmi.learner_id", READ, "string:255"),
    Element("cmi.learner_name", READ, "string:250"),
    Element("cmi.learner_preference.audio_level", BOTH, "real:0:1000000", "1"),
    Element("cmi.learner_preference.language", BOTH, "string:250"),
    Element("cmi.learner_preference.delivery_speed", BOTH, "real:0:1000000", "1"),
    Element("cmi.learner_preference.audio_captioning", BOTH, "vocab:-1|0|1", "0"),
    Element("cmi.location", BOTH, "string:1000"),
    Element("cmi.max_time_allowed", READ, "string:40"),
    Element("cmi.mode", READ, "string:20", "normal"),
    Element("cmi.objectives.n.id", BOTH, "name:4000"),
    Element("cmi.objectives.n.score.scaled", BOTH, "real:-1:1"),
    Element("cmi.objectives.n.score.raw", BOTH, "real"),
    Element("cmi.objectives.n.score.min", BOTH, "real"),
    Element("cmi.objectives.n.score.max", BOTH, "real"),
    Element("cmi.objectives.n.success_status", BOTH, _SUCCESS, "unknown"),
    Element("cmi.objectives.n.completion_status", BOTH, _COMPLETION, "unknown"),
    Element("cmi.objectives.n.progress_measure", BOTH, "real:0:1"),
    Element("cmi.objectives.n.description", BOTH, "string:250"),
    Element("cmi.progress_measure", BOTH, "real:0:1"),
    Element("cmi.scaled_passing_score", READ, "string:20"),
    Element("cmi.score.scaled", BOTH, "real:-1:1"),
    Element("cmi.score.raw", BOTH, "real"),
    Element("cmi.score.min", BOTH, "real"),
    Element("cmi.score.max", BOTH, "real"),
    Element("cmi.session_time", WRITE, "duration"),
    Element("cmi.success_status", BOTH, _SUCCESS, "unknown"),
    Element("cmi.suspend_data", BOTH, "string:64000"),
    Element("cmi.time_limit_action", READ, "string:40", "continue,no message"),
    Element("cmi.total_time", READ, "string:40", "PT0S"),
    Element("adl.nav.request", BOTH, "navigation", "_none_"),
    Element("adl.nav.request_valid.continue", READ, "string:10", "unknown"),
    Element("adl.nav.request_valid.previous", READ, "string:10", "unknown"),
)

MODELS = {V12: MODEL12, V2004: MODEL2004}
BY_NAME = {edition: {each.name: each for each in model} for edition, model in MODELS.items()}


def as_json(edition: str) -> list[list[str]]:
    """Return the table of an edition as the package's script reads it: name, access, type, default."""
    return [[each.name, each.access, each.type, each.default] for each in MODELS[edition]]
