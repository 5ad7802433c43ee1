"""Rounds of appraisals over the API: planned, begun, followed and closed. What is said in one is a person's."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Date, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts.queries import Named, ids_by_no, team_tree
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.texts import text
from lms.reviews.actions import appraisal_cycles as acts
from lms.reviews.actions.appraisal_cycles import LONGEST_APPEAL, Wanted
from lms.reviews.api.room import bp
from lms.reviews.queries import appraisal_cycles as reading
from lms.reviews.queries.appraisal_cycles import Cycle
from lms.reviews.queries.appraisal_forms import by_id, forms
from lms.reviews.rules.appraisal_forms import LONGEST_NAME
from lms.reviews.views.appraisal_cycles import begun, released, reminded
from lms.web.api import a_day, page, refusals
from lms.web.auth import current_actor, requires

MOST_NAMED = 2_000
STATES = ["draft", "running", "closed"]


class AppraisalCycleIn(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    period = String(required=True, validate=Length(min=1, max=20), metadata={"example": "2026Q4"})
    form = String(
        load_default="", validate=Length(max=40), metadata={"description": "id of a form; empty: the first offered"}
    )
    teams = List(
        String(validate=Length(max=40)),
        load_default=list,
        validate=Length(max=500),
        metadata={"description": "codes; teams below count too. Without teams and people: everybody"},
    )
    people = List(
        String(validate=Length(max=40)),
        load_default=list,
        validate=Length(max=MOST_NAMED),
        metadata={"description": "employee numbers of further people"},
    )
    self_until = a_day(required=True)
    supervisor_until = a_day(required=True)
    calibrate_until = a_day(required=True)
    sign_until = a_day(required=True)
    appeal_days = Integer(load_default=7, strict=True, validate=Range(min=1, max=LONGEST_APPEAL))


class AppraisalCycleOut(Schema):
    id = String(required=True)
    name = String(required=True)
    period = String(required=True)
    form = String(required=True, metadata={"description": "id of the form"})
    state = String(required=True, validate=OneOf(STATES))
    teams = List(String(), required=True, metadata={"description": "codes of those that are open"})
    people = List(String(), required=True)
    self_until = Date(required=True)
    supervisor_until = Date(required=True)
    calibrate_until = Date(required=True)
    sign_until = Date(required=True)
    appeal_days = Integer(required=True)
    appraisals = Dict(keys=String(), values=Integer(), required=True, metadata={"description": "how many in each step"})


class AppraisalCycleAnswer(AppraisalCycleOut):
    """One round by itself."""


class AppraisalCycleList(Schema):
    items = List(Nested(AppraisalCycleOut), required=True)
    next = Integer(required=True, allow_none=True)


class AppraisalCycleBegun(Schema):
    new = Integer(required=True, metadata={"description": "people who are in it from now on"})


class AppraisalCycleAct(Schema):
    act = String(
        required=True,
        validate=OneOf(["remind", "release", "close", "discard"]),
        metadata={"description": "release: freeze all that are calibrated; discard: throw a draft away"},
    )


class AppraisalCycleDone(Schema):
    count = Integer(required=True, metadata={"description": "people reminded, appraisals frozen; else 0"})


@bp.get("/appraisal-cycles")
@requires(Permission.APPRAISAL_EDIT)
@bp.output(AppraisalCycleList)
@bp.doc(summary="Every round of appraisals, with how far it is")
def appraisal_cycles() -> dict[str, Any]:
    return page([_cycle(each) for each in reading.cycles()], None)


@bp.post("/appraisal-cycles")
@requires(Permission.APPRAISAL_EDIT)
@bp.input(AppraisalCycleIn, arg_name="body")
@bp.output(AppraisalCycleAnswer, status_code=201)
@bp.doc(summary="Plan a round as a draft; nobody is told", responses=refusals(422))
def make_appraisal_cycle(body: dict[str, Any]) -> dict[str, Any]:
    wanted = _wanted(body)
    with transaction():
        return _cycle(reading.cycle(acts.draft(current_actor(), wanted)))


@bp.put("/appraisal-cycles/<appraisal_cycle_id>")
@requires(Permission.APPRAISAL_EDIT)
@bp.input(AppraisalCycleIn, arg_name="body")
@bp.output(AppraisalCycleAnswer)
@bp.doc(
    summary="Change a draft; of a round that runs the name and the days, the rest stays",
    responses=refusals(404, 409, 422),
)
def change_appraisal_cycle(appraisal_cycle_id: str, body: dict[str, Any]) -> dict[str, Any]:
    wanted = _wanted(body, reading.cycle(appraisal_cycle_id))
    with transaction():
        acts.change(current_actor(), appraisal_cycle_id, wanted)
        return _cycle(reading.cycle(appraisal_cycle_id))


@bp.post("/appraisal-cycles/<appraisal_cycle_id>/begin")
@requires(Permission.APPRAISAL_EDIT)
@bp.output(AppraisalCycleBegun)
@bp.doc(summary="Begin a round, or bring in who came since; they are told", responses=refusals(404, 409))
def begin_appraisal_cycle(appraisal_cycle_id: str) -> dict[str, int]:
    return {"new": begun(current_actor(), appraisal_cycle_id)}


@bp.post("/appraisal-cycles/<appraisal_cycle_id>")
@requires(Permission.APPRAISAL_EDIT)
@bp.input(AppraisalCycleAct, arg_name="body")
@bp.output(AppraisalCycleDone)
@bp.doc(summary="Remind, freeze what is calibrated, close, or discard a draft", responses=refusals(404, 409, 422))
def act_on_appraisal_cycle(appraisal_cycle_id: str, body: dict[str, Any]) -> dict[str, int]:
    actor, cycle = current_actor(), reading.cycle(appraisal_cycle_id)
    if body["act"] == "remind":
        return {"count": reminded(actor, cycle)}
    if body["act"] == "release":
        return {"count": released(actor, cycle)}
    with transaction():
        (acts.close if body["act"] == "close" else acts.discard)(actor, appraisal_cycle_id)
    return {"count": 0}


def _wanted(body: dict[str, Any], cycle: Cycle | None = None) -> Wanted:
    """Return what a body asks for. cycle: the round that it changes, whose form stays where none is named."""
    named, offered = Named(), forms()
    if cycle is not None and cycle.form_public_id not in {each.public_id for each in offered}:
        offered = [by_id(cycle.form_id), *offered]
    tree = team_tree()
    teams = [named.team(code, "teams", tree) for code in body["teams"]]
    numbers = list(dict.fromkeys(body["people"]))
    people = ids_by_no(current_actor(), numbers, Permission.APPRAISAL_EDIT) if numbers else []
    if len(people) < len(numbers):
        known = set(reading.numbers(people))
        unknown = [each for each in numbers if each not in known][:10]
        named.wrong["people"] = text("没有这些工号：%(numbers)s。", numbers="、".join(unknown))
    usual = cycle.form_public_id if cycle is not None else offered[0].public_id
    form = body["form"] or usual
    named.one({each.public_id: each.id for each in offered}, form, "form", text("没有这份评估表。"))
    named.check()
    days = {name: body[name] for name in ("self_until", "supervisor_until", "calibrate_until", "sign_until")}
    return Wanted(
        name=body["name"],
        period=body["period"],
        form=form,
        team_ids=teams,
        person_ids=people,
        appeal_days=body["appeal_days"],
        **days,
    )


def _cycle(cycle: Cycle) -> dict[str, Any]:
    codes = {team.id: team.code for team in team_tree()}
    days = cycle.days
    return {
        "id": cycle.public_id,
        "name": cycle.name,
        "period": cycle.period,
        "form": cycle.form_public_id,
        "state": cycle.state,
        "teams": [codes[each] for each in cycle.team_ids if each in codes],
        "people": reading.numbers(cycle.person_ids),
        "self_until": days.self_until,
        "supervisor_until": days.supervisor_until,
        "calibrate_until": days.calibrate_until,
        "sign_until": days.sign_until,
        "appeal_days": days.appeal_days,
        "appraisals": {state.value: n for state, n in reading.counts([cycle.id]).get(cycle.id, {}).items() if n},
    }
