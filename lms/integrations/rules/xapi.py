"""A fact as an xAPI 1.0.3 statement: who, did what, with which result. Pure.

A statement never changes: its id is reckoned from what it is about, so sent twice it is stored once, and a result that
was corrected is voided and told anew under the next number.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lms.core.points import ONE_POINT, Points

VERSION = "1.0.3"
PLATFORM = "Kefu Academy"
NAMESPACE = uuid.UUID("6f0dd7c2-3b0b-5f0e-9a51-5f5b6d1c7a10")
"""Of every id that the academy makes for a learning record store. Changing it would double what is stored."""
ADL = "http://adlnet.gov/expapi"

VERBS: Mapping[str, tuple[str, str, str]] = {
    "initialized": (f"{ADL}/verbs/initialized", "开始了", "initialized"),
    "attempted": (f"{ADL}/verbs/attempted", "尝试了", "attempted"),
    "passed": (f"{ADL}/verbs/passed", "通过了", "passed"),
    "failed": (f"{ADL}/verbs/failed", "未通过", "failed"),
    "completed": (f"{ADL}/verbs/completed", "完成了", "completed"),
    "earned": ("http://id.tincanapi.com/verb/earned", "获得了", "earned"),
    "voided": (f"{ADL}/verbs/voided", "作废了", "voided"),
}
"""By the word used here: the verb's address, in Chinese, in English."""

TYPES: Mapping[str, str] = {
    "quiz": f"{ADL}/activities/assessment",
    "drill": f"{ADL}/activities/simulation",
    "course": f"{ADL}/activities/course",
    "curriculum": f"{ADL}/activities/course",
    "lesson": f"{ADL}/activities/lesson",
    "scorm": f"{ADL}/activities/lesson",
    "article": "http://activitystrea.ms/schema/1.0/article",
    "task": "http://activitystrea.ms/schema/1.0/task",
    "certificate": "http://activitystrea.ms/schema/1.0/badge",
}
OTHER_TYPE = f"{ADL}/activities/module"

LANGUAGES: Mapping[str, str] = {"zh_CN": "zh-CN", "en": "en"}

WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
"""How long is waited after each try that failed; then always the last one: a store that is down loses nothing."""
AT_ONCE = 50
"""Statements of one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What it was about. key: what makes it this one for ever; language: of its name (zh_CN | en)."""

    kind: str
    key: str
    name: str
    language: str = "zh_CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How it went. success: None = not decided. earned, possible: in 1/27,720 point; None = not scored."""

    success: bool | None = None
    completion: bool | None = None
    earned: Points | None = None
    possible: Points | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told. home: the installation's address, no slash at its end. account: the person's name there.

    attempt: the public name of the attempt or run that it belongs to, "" = none. language: of the installation.
    """

    id: str
    verb: str
    home: str
    account: str
    activity: Activity
    at: datetime
    result: Result | None = None
    attempt: str = ""
    language: str = "zh_CN"


def statement_id(subject: str, number: int) -> str:
    """Return the id of the statement about a subject (`quiz:…`), the number-th one from 0: always the same."""
    return str(uuid.uuid5(NAMESPACE, f"{subject}#{number}"))


def void_id(voided: str) -> str:
    """Return the id of the statement that voids another one."""
    return str(uuid.uuid5(NAMESPACE, f"void:{voided}"))


def verb_of(passed: bool | None) -> str:
    """Return how a graded attempt is told: a written answer that waits for its marker has decided nothing."""
    return "attempted" if passed is None else "passed" if passed else "failed"


def statement(told: Told) -> dict[str, Any]:
    """Return the statement. No person's name and no question or answer is in it."""
    context: dict[str, Any] = {"platform": PLATFORM, "language": LANGUAGES.get(told.language, "zh-CN")}
    if told.attempt:
        context["registration"] = str(uuid.uuid5(NAMESPACE, f"attempt:{told.attempt}"))
    context["contextActivities"] = {"grouping": [{"objectType": "Activity", "id": f"{told.home}/xapi/academy"}]}
    found: dict[str, Any] = {
        "id": told.id,
        "actor": _agent(told.home, told.account),
        "verb": _verb(told.verb),
        "object": _activity(told.home, told.activity),
    }
    result = _result(told.result) if told.result is not None else {}
    if result:
        found["result"] = result
    return found | {"context": context, "timestamp": instant(told.at), "version": VERSION}


def voiding(voided: str, home: str, at: datetime) -> dict[str, Any]:
    """Return the statement that says that another one no longer counts; the academy itself says so."""
    return {
        "id": void_id(voided),
        "actor": _agent(home, "kefu-academy"),
        "verb": _verb("voided"),
        "object": {"objectType": "StatementRef", "id": voided},
        "timestamp": instant(at),
        "version": VERSION,
    }


def instant(at: datetime) -> str:
    """Return an instant in UTC as ISO 8601 with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _agent(home: str, name: str) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": home, "name": name}}


def _verb(word: str) -> dict[str, Any]:
    address, chinese, english = VERBS[word]
    return {"id": address, "display": {"zh-CN": chinese, "en": english}}


def _activity(home: str, activity: Activity) -> dict[str, Any]:
    key = uuid.uuid5(NAMESPACE, f"{home} {activity.kind}:{activity.key}").hex
    return {
        "objectType": "Activity",
        "id": f"{home}/xapi/activities/{activity.kind}/{key}",
        "definition": {
            "type": TYPES.get(activity.kind, OTHER_TYPE),
            "name": {LANGUAGES.get(activity.language, "zh-CN"): activity.name},
        },
    }


def _result(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if result.earned is not None and result.possible:
        raw, most = round(result.earned / ONE_POINT, 4), round(result.possible / ONE_POINT, 4)
        scaled = round(result.earned / result.possible, 4)
        found["score"] = {"scaled": min(scaled, 1), "raw": min(raw, most), "min": 0, "max": most}
    if result.success is not None:
        found["success"] = result.success
    if result.completion is not None:
        found["completion"] = result.completion
    if result.seconds is not None:
        found["duration"] = f"PT{max(result.seconds, 0)}S"
    return found


def is_held(ours: Any, theirs: Any) -> bool:
    """Return whether what the store holds under an id is what we sent: it may add to it and write times its own way."""
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(
            name in theirs and (name in ("timestamp", "version", "display") or is_held(value, theirs[name]))
            for name, value in ours.items()
            if name not in ("objectType", "definition")
        )
    return bool(ours == theirs)
