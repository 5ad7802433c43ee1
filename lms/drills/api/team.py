"""The result of a team drill over `/api/v1`."""

from fractions import Fraction
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, String

from lms.core import clock
from lms.core.access import Permission
from lms.core.errors import NotFound
from lms.core.points import number
from lms.drills.api.room import bp
from lms.drills.queries.oversight import oversees
from lms.drills.queries.team import team_drill
from lms.drills.queries.team_result import results, scores_alone
from lms.drills.rules.lookups import Looked
from lms.drills.rules.team_result import Change, Group, Line, by_team, compared, dimensions_of, group, worst_scenes
from lms.web.api import instant, refusals
from lms.web.auth import current_actor, requires

_SCORES = {"description": "0 to 100 by the name of the dimension, null where it never came up"}
_LOOKS = {"description": "decisions that went wrong: `not` looked up, `missed`, `found` and not used"}


class TeamDrillGroupBody(Schema):
    people = Integer(required=True, metadata={"description": "who takes part, without those excused"})
    ended = Integer(required=True, metadata={"description": "of whom there is a result"})
    passed = Integer(required=True)
    mean = Float(required=True, allow_none=True)
    dimensions = Dict(keys=String(), values=Float(allow_none=True), required=True, metadata=_SCORES)
    first_response_ms = Integer(required=True, allow_none=True)
    average_response_ms = Integer(required=True, allow_none=True)
    crossed = Integer(required=True, metadata={"description": "replies to the wrong customer"})
    lookups = Dict(keys=String(), values=Integer(), required=True, metadata=_LOOKS)


class TeamDrillOfTeamBody(TeamDrillGroupBody):
    team = String(required=True)


class TeamDrillLineBody(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    standing = String(required=True, metadata={"enum": ["ended", "open", "absent", "excused"]})
    run = String(required=True, metadata={"description": "the run's public name, empty without one"})
    total = Float(required=True, allow_none=True)
    passed = Boolean(required=True, allow_none=True)
    end = String(required=True, allow_none=True, metadata={"enum": ["pass", "fail", "time", "steps", None]})
    dimensions = Dict(keys=String(), values=Float(allow_none=True), required=True, metadata=_SCORES)
    first_response_ms = Integer(required=True, allow_none=True)
    average_response_ms = Integer(required=True, allow_none=True)
    crossed = Integer(required=True, allow_none=True)
    lookups = Dict(keys=String(), values=Integer(), required=True, metadata=_LOOKS)


class TeamDrillSceneBody(Schema):
    lane = Integer(required=True)
    scene = String(required=True)
    met = Integer(required=True)
    wrong = Integer(required=True)


class TeamDrillChangeBody(Schema):
    name = String(required=True, metadata={"description": "of the dimension"})
    before = Float(required=True, allow_none=True)
    now = Float(required=True, allow_none=True)


class TeamDrillComparedBody(Schema):
    ended_before = Integer(required=True)
    mean_before = Float(required=True, allow_none=True)
    passed_before = Integer(required=True)
    dimensions = List(Nested(TeamDrillChangeBody), required=True)
    in_both = Integer(required=True)
    better = Integer(required=True, metadata={"description": "of those in both, at least one point up"})
    worse = Integer(required=True)


class TeamDrillBody(Schema):
    id = String(required=True)
    title = String(required=True)
    incident = String(required=True, metadata={"enum": ["outage", "overflow", "price", "other"]})
    drill = String(required=True, metadata={"description": "slug"})
    opens_at = String(required=True, metadata={"format": "date-time"})
    closes_at = String(required=True, metadata={"format": "date-time"})
    state = String(required=True, metadata={"enum": ["planned", "running", "over", "cancelled"]})
    whole = Nested(TeamDrillGroupBody, required=True)
    teams = List(Nested(TeamDrillOfTeamBody), required=True)
    worst_scenes = List(Nested(TeamDrillSceneBody), required=True)
    compared = Nested(TeamDrillComparedBody, required=True, allow_none=True)
    people = List(Nested(TeamDrillLineBody), required=True, metadata={"description": "those whom one may see"})
    hidden = Integer(required=True, metadata={"description": "how many more there are"})


@bp.get("/team-drills/<drill_id>")
@requires(Permission.DRILL_RESULTS)
@bp.output(TeamDrillBody)
@bp.doc(summary="What came of a team drill, by person and by team", responses=refusals(404))
def team_drill_result(drill_id: str) -> dict[str, Any]:
    actor = current_actor()
    if not oversees(actor):
        raise NotFound()
    row = team_drill(actor, drill_id, clock.now())
    found = results(actor, row.id)
    names = dimensions_of(found.lines)
    beside = compared(found.lines, scores_alone(actor, row.previous)) if row.previous else None
    return {
        "id": row.public_id,
        "title": row.title,
        "incident": row.incident,
        "drill": row.slug,
        "opens_at": instant(row.opens_at),
        "closes_at": instant(row.closes_at),
        "state": row.state.value,
        "whole": _group(group(found.lines, names)),
        "teams": [{"team": each.name, **_group(each)} for each in by_team(found.lines, names)],
        "worst_scenes": [
            {
                "lane": each.lane,
                "scene": found.titles.get((each.lane, each.scene), (0, each.scene))[1],
                "met": each.met,
                "wrong": each.wrong,
            }
            for each in worst_scenes(found.lines)
        ],
        "compared": None
        if beside is None
        else {
            "ended_before": beside.before.n,
            "mean_before": _number(beside.before.mean),
            "passed_before": beside.before.passed,
            "dimensions": [_change(each) for each in beside.dimensions],
            "in_both": beside.both,
            "better": beside.better,
            "worse": beside.worse,
        },
        "people": [_line(each, names) for each in found.lines if each.shown],
        "hidden": sum(not each.shown for each in found.lines),
    }


def _group(found: Group) -> dict[str, Any]:
    return {
        "people": found.people,
        "ended": found.n,
        "passed": found.passed,
        "mean": _number(found.mean),
        "dimensions": {name: _number(score) for name, score in found.dimensions.items()},
        "first_response_ms": found.first_ms,
        "average_response_ms": found.average_ms,
        "crossed": found.crossed,
        "lookups": {looked.value: count for looked, count in found.looks.items()},
    }


def _line(line: Line, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "employee_no": line.employee_no,
        "name": line.name,
        "team": line.team,
        "standing": line.standing.value,
        "run": line.run_id,
        "total": _number(line.total),
        "passed": line.result.passed if line.result else None,
        "end": line.result.end.value if line.result else None,
        "dimensions": {name: _number(line.dimension(name)) for name in names},
        "first_response_ms": line.desk.first_ms if line.desk else None,
        "average_response_ms": line.desk.average_ms if line.desk else None,
        "crossed": line.desk.crossed if line.desk else None,
        "lookups": {looked.value: line.looks(looked) for looked in Looked},
    }


def _change(found: Change) -> dict[str, Any]:
    return {"name": found.name, "before": _number(found.before), "now": _number(found.now)}


def _number(value: Fraction | None) -> float | None:
    return None if value is None else number(value)
