"""`GET /reports/completion`, `GET /reports/knowledge` and `GET /records`."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, Dict, Integer, List, Nested, String
from apiflask.validators import OneOf, Range
from flask import Response, jsonify

from lms.accounts.queries import team_tree
from lms.core.access import Permission
from lms.core.errors import NotFound
from lms.core.quarters import quarter_days
from lms.records.events import Verb
from lms.records.queries import lines_after
from lms.reports import queries
from lms.reports.knowledge import written
from lms.reports.knowledge.queries import report
from lms.reports.knowledge.rules import DAYS, FIRST, SECTIONS, USUAL_DAYS
from lms.reports.knowledge.wanted import Wanted
from lms.reports.queries import Filter
from lms.web.api import MOST, ErrorBody, instant, page
from lms.web.auth import current_actor, requires
from lms.web.tables import EXPORTS, download

bp = APIBlueprint("reports_api", __name__, url_prefix="/api/v1", tag="Reports")

HEADS = ("employee_no", "name", "team", "done", "total", "percent", "overdue", "last_completed_at")


class CompletionQuery(Schema):
    curriculum = String(load_default="", metadata={"description": "slug of a curriculum, or kind:slug of any goal"})
    team = String(load_default="", metadata={"description": "code of a team; the teams below it count too"})
    quarter = String(load_default="", metadata={"description": "2026Q4: goals due in that quarter"})
    format = String(load_default="json", validate=OneOf(["json", "csv", "xlsx"]))


class CompletionLine(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    done = Integer(required=True)
    total = Integer(required=True)
    percent = Integer(required=True, metadata={"description": "whole, rounded down, so that 100 means all"})
    overdue = Integer(required=True, metadata={"description": "items past their day"})
    last_completed_at = String(required=True, allow_none=True, metadata={"format": "date-time"})


class CompletionList(Schema):
    items = List(Nested(CompletionLine), required=True)
    next = Integer(required=True, allow_none=True)


FILE: dict[str, Any] = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
JSON = "application/json"
COMPLETION: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a row per person, or a file",
        "content": {
            JSON: {"schema": CompletionList},
            **{media.partition(";")[0]: FILE for media in EXPORTS.values()},
        },
    },
    404: {"description": "no such goal or team", "content": {JSON: {"schema": ErrorBody}}},
    422: {"description": "the quarter is not one", "content": {JSON: {"schema": ErrorBody}}},
}


class RecordLine(Schema):
    """One line of the log. earned, possible: in 1/27,720 point."""

    seq = Integer(required=True)
    at = String(required=True, metadata={"format": "date-time"})
    day = Date(required=True)
    person_id = Integer(required=True)
    actor_id = Integer(required=True, allow_none=True)
    team_id = Integer(required=True, allow_none=True)
    verb = String(required=True, metadata={"enum": [verb.value for verb in Verb]})
    document_id = Integer(required=True, allow_none=True)
    revision_id = Integer(required=True, allow_none=True)
    earned = Integer(required=True, allow_none=True)
    possible = Integer(required=True, allow_none=True)
    passed = Boolean(required=True, allow_none=True)
    credited_minutes = Integer(required=True, allow_none=True)
    observed_seconds = Integer(required=True, allow_none=True)
    valid_until = Date(required=True, allow_none=True)
    source = String(required=True)
    ref = String(required=True)
    corrects = Integer(required=True, allow_none=True, metadata={"description": "seq of the line that this one voids"})
    note_digest = String(required=True, allow_none=True, metadata={"description": "sha256 of salt and note, hex"})
    hash = String(required=True, metadata={"description": "hex"})


class RecordList(Schema):
    items = List(Nested(RecordLine), required=True)
    next = Integer(required=True, allow_none=True)


RECORDS: dict[int | str, dict[str, Any]] = {
    200: {"description": "lines with their hash", "content": {JSON: {"schema": RecordList}}}
}


class RecordsQuery(Schema):
    after = Integer(
        load_default=0, validate=Range(min=0, max=MOST), metadata={"description": "number of the last line known"}
    )
    limit = Integer(load_default=100, validate=Range(min=1, max=1000))


@bp.get("/reports/completion")
@requires(Permission.REPORT_READ)
@bp.input(CompletionQuery, location="query", arg_name="asked")
@bp.doc(
    summary="Completion of a goal: a row per person whom the caller may see",
    responses=COMPLETION,
)
def completion(asked: dict[str, Any]) -> Response:
    actor = current_actor()
    goals = queries.goals(actor)
    if asked["curriculum"]:
        goal = queries.goal_named(actor, asked["curriculum"])
    elif goals:
        goal = goals[0]
    else:
        return jsonify(page([], None))
    team = None
    if asked["team"]:
        team = next((each.id for each in team_tree() if each.code == asked["team"]), None)
        if team is None:
            raise NotFound()
    if asked["quarter"]:
        quarter_days(asked["quarter"])
    wanted = Filter(document_id=goal.document_id, team_id=team, quarter=asked["quarter"].upper())
    rows = [
        (
            line.employee_no,
            line.name,
            line.team,
            line.done,
            line.total,
            line.percent,
            line.overdue,
            instant(line.last_completed_at),
        )
        for line in queries.lines(actor, wanted)
    ]
    if asked["format"] != "json":
        return download(
            asked["format"], goal.title, HEADS, [["" if value is None else value for value in row] for row in rows]
        )
    return jsonify(page([dict(zip(HEADS, row, strict=True)) for row in rows], None))


class KnowledgeQuery(Schema):
    section = String(load_default=FIRST, validate=OneOf(list(SECTIONS)))
    days = Integer(load_default=USUAL_DAYS, validate=OneOf(DAYS), metadata={"description": "back; of reviews: ahead"})
    category = String(load_default="", metadata={"description": "a folder of articles, and all below it"})
    shop = String(load_default="", metadata={"description": "code of a shop"})
    team = String(load_default="", metadata={"description": "code of a team; the teams below it count too"})
    format = String(load_default="json", validate=OneOf(["json", "csv", "xlsx"]))


class KnowledgeList(Schema):
    items = List(Dict(keys=String()), required=True, metadata={"description": "a row by the keys of its columns"})
    next = Integer(required=True, allow_none=True)


KNOWLEDGE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a row per article, way of asking, person or week, by the section; or a file",
        "content": {
            JSON: {"schema": KnowledgeList},
            **{media.partition(";")[0]: FILE for media in EXPORTS.values()},
        },
    },
    404: {"description": "no such team", "content": {JSON: {"schema": ErrorBody}}},
}


@bp.get("/reports/knowledge")
@requires(Permission.REPORT_READ)
@bp.input(KnowledgeQuery, location="query", arg_name="asked")
@bp.doc(summary="How the knowledge base is doing, by section, of what the caller may read", responses=KNOWLEDGE)
def knowledge(asked: dict[str, Any]) -> Response:
    team = None
    if asked["team"]:
        team = next((each.id for each in team_tree() if each.code == asked["team"]), None)
        if team is None:
            raise NotFound()
    wanted = Wanted(days=asked["days"], category=asked["category"], shop=asked["shop"], team_id=team)
    found = report(current_actor(), SECTIONS[asked["section"]], wanted)
    if asked["format"] != "json":
        return written.file(found, asked["format"])
    return jsonify(page(written.plain(found), None))


@bp.get("/records")
@requires(Permission.RECORD_READ)
@bp.input(RecordsQuery, location="query", arg_name="asked")
@bp.doc(
    summary="The learning log in order; the number of the last line is the cursor",
    responses=RECORDS,
)
def records(asked: dict[str, Any]) -> Response:
    lines = lines_after(asked["after"], asked["limit"])
    items = [
        {
            "seq": line.seq,
            "at": instant(line.at),
            "day": line.day.isoformat(),
            "person_id": line.person_id,
            "actor_id": line.actor_id,
            "team_id": line.team_id,
            "verb": line.verb,
            "document_id": line.document_id,
            "revision_id": line.revision_id,
            "earned": line.earned,
            "possible": line.possible,
            "passed": line.passed,
            "credited_minutes": line.credited_minutes,
            "observed_seconds": line.observed_seconds,
            "valid_until": line.valid_until.isoformat() if line.valid_until else None,
            "source": line.source,
            "ref": line.ref,
            "corrects": line.corrects,
            "note_digest": line.note_digest.hex() if line.note_digest else None,
            "hash": line.hash.hex(),
        }
        for line in lines
    ]
    return jsonify(page(items, lines[-1].seq if len(lines) == asked["limit"] else None))
