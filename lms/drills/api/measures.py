"""Measures over `/api/v1`: what came of a team drill, who does it by when, and whether it worked."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Date, List, Nested, String
from apiflask.validators import Length, OneOf

from lms.assignments import measures as reading
from lms.assignments.actions import measures as acts
from lms.assignments.measures import MeasureRow
from lms.assignments.rules import MeasureState
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.texts import text
from lms.drills.api.room import bp
from lms.drills.queries.after import sources
from lms.drills.queries.team import team_drill
from lms.drills.queries.team_choices import owners
from lms.drills.rules.team import about_of, team_drill_of
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

SETTLED = 50
WHICH = ("own", "check", "open", "settled")


class MeasureQuery(Schema):
    which = String(
        load_default="own",
        validate=OneOf(WHICH),
        metadata={"description": "to do oneself, to check, open of those one answers for, settled (the latest 50)"},
    )


class MeasureLine(Schema):
    id = String(required=True)
    what = String(required=True)
    team_drill = String(required=True, allow_none=True, metadata={"description": "id of the one from which it came"})
    owner = String(required=True, metadata={"description": "employee number"})
    due_on = Date(required=True)
    check_on = Date(required=True, allow_none=True)
    state = String(required=True, metadata={"enum": [state.value for state in MeasureState]})
    done_note = String(required=True)
    check_note = String(required=True)


class MeasureList(Schema):
    items = List(Nested(MeasureLine), required=True)
    next = String(required=True, allow_none=True)


class MeasureAnswer(MeasureLine):
    """One of them by itself."""


class NewMeasure(Schema):
    what = String(required=True, validate=Length(min=1, max=acts.LONGEST))
    owner = String(required=True, validate=Length(min=1, max=40), metadata={"description": "employee number"})
    due_on = Date(required=True)
    check_on = Date(load_default=None, allow_none=True)


class DoneNote(Schema):
    note = String(load_default="", validate=Length(max=acts.LONGEST))


class CheckNote(DoneNote):
    verdict = String(required=True, validate=OneOf(acts.VERDICTS))


@bp.get("/measures")
@requires(Permission.LEARN)
@bp.input(MeasureQuery, location="query", arg_name="query")
@bp.output(MeasureList)
@bp.doc(summary="Measures that one has to do, to check or answers for", responses=refusals(422))
def measures(query: dict[str, Any]) -> dict[str, Any]:
    actor, day = current_actor(), today()
    match query["which"]:
        case "own":
            found = reading.own_measures(actor.id, day)
        case "check":
            found = reading.measures_to_check(actor, day)
        case "open":
            found = reading.open_measures(actor, day)
        case _:
            found = reading.settled_measures(actor, day, SETTLED)
    return page(_lines(found), None)


@bp.post("/team-drills/<drill_id>/measures")
@requires(Permission.DRILL_SCHEDULE)
@bp.input(NewMeasure, arg_name="body")
@bp.output(MeasureAnswer, status_code=201)
@bp.doc(summary="Give somebody something to do so that it does not happen again", responses=refusals(404, 422))
def add_measure(drill_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    row = team_drill(actor, drill_id, clock.now())
    owner = next((each.id for each in owners(actor) if each.employee_no == body["owner"]), None)
    if owner is None:
        reason = text("没有工号是“%(no)s”的人，或不在您的团队。", no=body["owner"])
        raise Invalid(reason, fields={"owner": reason})
    with transaction():
        made = acts.add_measure(
            actor, about_of(row.id), body["what"], owner, due_on=body["due_on"], check_on=body["check_on"]
        )
        return _one(actor, made)


@bp.post("/measures/<measure_id>/done")
@requires(Permission.LEARN)
@bp.input(DoneNote, arg_name="body")
@bp.output(MeasureAnswer, status_code=200)
@bp.doc(summary="Say that one's own measure is done, and how", responses=refusals(404, 409, 422))
def finish_measure(measure_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        acts.finish_measure(actor, measure_id, body["note"])
        return _one(actor, measure_id)


@bp.post("/measures/<measure_id>/check")
@requires(Permission.LEARN)
@bp.input(CheckNote, arg_name="body")
@bp.output(MeasureAnswer, status_code=200)
@bp.doc(summary="Say whether a done measure worked: who made it or answers for it", responses=refusals(404, 409, 422))
def check_measure(measure_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        acts.check_measure(actor, measure_id, body["verdict"], body["note"])
        return _one(actor, measure_id)


@bp.post("/measures/<measure_id>/drop")
@requires(Permission.LEARN)
@bp.output(MeasureAnswer, status_code=200)
@bp.doc(summary="Ask no more for a measure that is not done", responses=refusals(404, 409))
def drop_measure(measure_id: str) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        acts.drop_measure(actor, measure_id)
        return _one(actor, measure_id)


def _one(actor: Actor, measure_id: str) -> dict[str, Any]:
    return _lines([reading.measure(actor, measure_id, today())])[0]


def _lines(found: list[MeasureRow]) -> list[dict[str, Any]]:
    numbers = {each.about: team_drill_of(each.about) for each in found}
    known = sources(sorted({number for number in numbers.values() if number is not None}))
    lines = []
    for each in found:
        number = numbers[each.about]
        lines.append(
            {
                "id": each.public_id,
                "what": each.text,
                "team_drill": known[number].public_id if number in known else None,
                "owner": each.owner_no,
                "due_on": each.due_on,
                "check_on": each.check_on,
                "state": each.state.value,
                "done_note": each.done_note,
                "check_note": each.check_note,
            }
        )
    return lines
