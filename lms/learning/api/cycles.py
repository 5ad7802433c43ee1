"""JSON of quarterly cycles: the list, and how far one is, of the people whom the caller sees."""

from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import OneOf
from flask import Response, jsonify

from lms.accounts.queries import team_tree
from lms.core.access import Permission, Scope, scopes
from lms.core.errors import NotFound
from lms.core.here import today
from lms.learning.api.room import bp
from lms.learning.queries import cycle_counts as counts
from lms.learning.queries import cycle_reports as reports
from lms.learning.queries import cycles as queries
from lms.learning.rules import cycles as rules
from lms.web.api import RESPONSES, page
from lms.web.auth import current_actor, requires

STATES = (rules.RUNNING, rules.CLOSED)


class CycleLine(Schema):
    id = String(required=True)
    name = String(required=True)
    quarter = String(required=True, metadata={"example": "2026Q4"})
    state = String(required=True, validate=OneOf(STATES))
    course = String(required=True)
    starts_on = Date(required=True)
    due_on = Date(required=True)
    people = Integer(required=True, metadata={"description": "who owe it, or were counted at the closing"})
    done = Integer(required=True)
    percent = Integer(required=True, allow_none=True, metadata={"description": "whole, rounded down"})
    target = Integer(required=True, metadata={"description": "percent that should have finished by the end"})


class CycleList(Schema):
    items = List(Nested(CycleLine), required=True)
    next = Integer(required=True, allow_none=True)


class TeamProgress(Schema):
    team = String(required=True, metadata={"description": "its name"})
    people = Integer(required=True)
    done = Integer(required=True)
    late = Integer(required=True)


class DayLeft(Schema):
    day = Date(required=True)
    finished = Integer(required=True)


class Progress(Schema):
    id = String(required=True)
    state = String(required=True, validate=OneOf(STATES))
    people = Integer(required=True)
    done = Integer(required=True)
    percent = Integer(required=True)
    target = Integer(required=True)
    late = Integer(required=True, metadata={"description": "of a closed cycle: who had not finished"})
    exempt = Integer(required=True)
    teams = List(Nested(TeamProgress), required=True)
    days = List(Nested(DayLeft), required=True, metadata={"description": "how many finished on which day"})


LIST: dict[int | str, dict[str, Any]] = {
    200: {"description": "a line for each", "content": {"application/json": {"schema": CycleList}}}
}


def _overseer() -> Any:
    actor = current_actor()
    if not scopes(actor, Permission.REPORT_READ) & {Scope.ALL, Scope.TEAM}:
        raise NotFound()
    return actor


@bp.get("/cycles")
@requires(Permission.REPORT_READ)
@bp.doc(summary="Quarterly cycles that run or are closed, the latest quarter first", responses=LIST)
def cycles() -> Response:
    items = [
        {
            "id": row.public_id,
            "name": row.name,
            "quarter": row.quarter,
            "state": row.state,
            "course": row.course,
            "starts_on": row.starts_on.isoformat(),
            "due_on": row.due_on.isoformat(),
            "people": row.counted,
            "done": row.done,
            "percent": row.percent,
            "target": row.target,
        }
        for row in reports.listed(_overseer(), drafts=False)
    ]
    return jsonify(page(items, None))


@bp.get("/cycles/<cycle_id>/progress")
@requires(Permission.REPORT_READ)
@bp.output(Progress)
@bp.doc(summary="How far a cycle is, by team and by day, of the people whom the caller sees", responses=RESPONSES)
def cycle_progress(cycle_id: str) -> dict[str, Any]:
    actor, found = _overseer(), queries.cycle_named(cycle_id)
    if found.state == rules.DRAFT:
        raise NotFound()
    head = {"id": found.public_id, "state": found.state, "target": found.target_percent}
    if found.state == rules.CLOSED:
        kept = reports.kept(actor, found)
        return {
            **head,
            "people": kept.counted,
            "done": kept.done,
            "percent": kept.percent,
            "late": kept.counted - kept.done,
            "exempt": len(kept.people.get("exempt", ())),
            "teams": [
                {"team": team.name, "people": team.done + team.undone, "done": team.done, "late": team.undone}
                for team in kept.teams
            ],
            "days": _days(kept.days),
        }
    by_team = counts.tallies(actor, found)
    whole = counts.total_of(list(by_team.values()))
    names = {team.id: team.name for team in team_tree()}
    return {
        **head,
        "people": whole.people,
        "done": whole.done,
        "percent": whole.percent,
        "late": whole.late,
        "exempt": whole.exempt,
        "teams": [
            {
                "team": names.get(id, ""),
                "people": each.people,
                "done": each.done,
                "late": each.late,
            }
            for id, each in sorted(by_team.items())
        ],
        "days": _days([(day, n) for day, n in counts.finished_by_day(actor, found) if day <= today()]),
    }


def _days(days: Any) -> list[dict[str, Any]]:
    pairs: list[tuple[date, int]] = list(days)
    return [{"day": day, "finished": n} for day, n in pairs]
