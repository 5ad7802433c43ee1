"""A learning record store on the loopback, and what the xAPI 1.0.3 specification asks of a statement, checked strictly."""

import base64
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tests.support.listening import Reply, Request

USER, SECRET = "kefu", "s3cret"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
STATEMENT = {"id", "actor", "verb", "object", "result", "context", "timestamp", "version"}


def problems(one: Any) -> list[str]:
    """Return what of a statement breaks the specification; [] = nothing."""
    found: list[str] = []

    def wants(true: bool, word: str) -> None:
        if not true:
            found.append(word)

    if not isinstance(one, dict):
        return ["a statement is an object"]
    wants(set(one) <= STATEMENT, f"unknown {set(one) - STATEMENT}")
    wants({"actor", "verb", "object"} <= set(one), "actor, verb and object are needed")
    wants(not any(_nulls(value) for value in one.values()), "null is not allowed")
    wants(bool(UUID.fullmatch(one.get("id", ""))), "id is no UUID")
    wants(one.get("version", "1.0.3").startswith("1.0."), "version")
    wants(_is_instant(one.get("timestamp")), "timestamp")
    found += _actor(one.get("actor"))
    verb = one.get("verb") or {}
    wants(set(verb) <= {"id", "display"} and _is_iri(verb.get("id")), "verb")
    wants(_is_map(verb.get("display", {})), "verb.display")
    target = one.get("object") or {}
    is_activity = target.get("objectType", "Activity") == "Activity"
    if verb.get("id") == VOIDED:
        wants(target.get("objectType") == "StatementRef", "a voiding statement has a StatementRef")
        wants(set(target) == {"objectType", "id"} and bool(UUID.fullmatch(target.get("id", ""))), "StatementRef")
    else:
        found += _activity(target)
    found += _result(one.get("result"))
    found += _context(one.get("context"), is_activity)
    return found


def _nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_nulls(each) for each in value.values())
    if isinstance(value, list):
        return any(_nulls(each) for each in value)
    return value is None


def _is_iri(value: Any) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme) and " " not in value


def _is_map(value: Any) -> bool:
    return isinstance(value, dict) and all(LANGUAGE.fullmatch(k) and isinstance(v, str) for k, v in value.items())


def _is_instant(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None and not value.endswith("-00:00")
    except (TypeError, ValueError):
        return False


def _actor(actor: Any) -> list[str]:
    if not isinstance(actor, dict):
        return ["actor"]
    ways = {"mbox", "mbox_sha1sum", "openid", "account"} & set(actor)
    account = actor.get("account") or {}
    good = (
        len(ways) == 1
        and set(actor) <= {"objectType", "name"} | ways
        and actor.get("objectType", "Agent") == "Agent"
        and set(account) == {"homePage", "name"}
        and _is_iri(account["homePage"])
        and isinstance(account["name"], str)
        and bool(account["name"])
    )
    return [] if good else ["actor: one identifier, an account of homePage and name"]


def _activity(activity: Any) -> list[str]:
    if set(activity) - {"objectType", "id", "definition"} or not _is_iri(activity.get("id")):
        return ["object"]
    definition = activity.get("definition", {})
    good = (
        set(definition) <= {"name", "description", "type", "moreInfo", "extensions"}
        and _is_iri(definition.get("type", "x:y"))
        and _is_map(definition.get("name", {}))
    )
    return [] if good else ["object.definition"]


def _result(result: Any) -> list[str]:
    if result is None:
        return []
    found = []
    if not result or set(result) - {"score", "success", "completion", "response", "duration", "extensions"}:
        found.append("result")
    for name in ("success", "completion"):
        if not isinstance(result.get(name, True), bool):
            found.append(f"result.{name}")
    if not DURATION.fullmatch(result.get("duration", "PT0S")):
        found.append("result.duration")
    score = result.get("score")
    if score is not None:
        if not score or set(score) - {"scaled", "raw", "min", "max"}:
            found.append("score")
        if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in score.values()):
            found.append("score: numbers")
        elif not -1 <= score.get("scaled", 0) <= 1:
            found.append("score.scaled")
        elif "min" in score and "max" in score and not score["min"] <= score.get("raw", score["min"]) <= score["max"]:
            found.append("score.raw between min and max")
        elif "min" in score and "max" in score and not score["min"] < score["max"]:
            found.append("score.min below max")
    return found


def _context(context: Any, is_activity: bool) -> list[str]:
    if context is None:
        return []
    known = {
        "registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "statement",
        "extensions",
    }  # fmt: skip
    found = []
    if set(context) - known:
        found.append("context")
    if not is_activity and {"revision", "platform"} & set(context):
        found.append("context: revision and platform only with an Activity")
    if not UUID.fullmatch(context.get("registration", str(uuid.uuid4()))):
        found.append("context.registration")
    if not LANGUAGE.fullmatch(context.get("language", "en")):
        found.append("context.language")
    for name, every in context.get("contextActivities", {}).items():
        if name not in {"parent", "grouping", "category", "other"} or not isinstance(every, list):
            found.append("contextActivities")
        else:
            found += [f"contextActivities: {word}" for each in every for word in _activity(each)]
    return found


@dataclass
class Store:
    """Keeps statements as a store does: refuses what is no statement, keeps each id once, voids. Use with `listening`.

    replies: given first, in turn, before anything is looked at; after: is asked of a request that was stored.
    kept: by id, in the order of arrival.
    """

    replies: list[Reply] = field(default_factory=list)
    cut_after: int = 0
    picky: bool = False
    kept: dict[str, Any] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        if self.replies:
            return self.replies.pop(0)
        if request.headers.get("X-Experience-API-Version") != "1.0.3":
            return Reply(400, b"version")
        key = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {key}":
            return Reply(401, b"who")
        if not request.path.endswith("/statements"):
            return Reply(404)
        if request.method == "GET":
            name = request.query.get("statementId") or request.query.get("voidedStatementId")
            hidden = ("statementId" in request.query) == (name in self.voided)
            if name not in self.kept or hidden:
                return Reply(404)
            whole = {**self.kept[name], "stored": "2026-11-23T04:00:00.123Z", "authority": {"mbox": "mailto:a@b.cn"}}
            return Reply(200, whole)
        return self._store(request)

    def _store(self, request: Request) -> Reply:
        every = json.loads(request.body)
        every = every if isinstance(every, list) else [every]
        for one in every:
            found = problems(one)
            if request.method == "PUT" and request.query.get("statementId") != one.get("id"):
                found.append("statementId")
            if found:
                self.wrong += found
                return Reply(400, json.dumps(found).encode())
        clash = [one for one in every if one["id"] in self.kept and (self.picky or self.kept[one["id"]] != one)]
        if clash:
            return Reply(409)
        for one in every:
            self.kept.setdefault(one["id"], one)
            if one["verb"]["id"] == VOIDED:
                self.voided.add(one["object"]["id"])
        if self.cut_after:
            self.cut_after -= 1
            return Reply(cut=True)
        return Reply(204) if request.method == "PUT" else Reply(200, [one["id"] for one in every])

    def verbs(self) -> list[str]:
        return [one["verb"]["id"].rsplit("/", 1)[1] for one in self.kept.values()]
