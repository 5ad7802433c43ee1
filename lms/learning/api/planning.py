"""Quarterly cycles for programs: a draft and its waves, starting and closing one."""

from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts.queries import team_tree
from lms.accounts.rules.people import EMPLOYMENTS
from lms.assignments.jobs.ruling import recompute
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.quarters import quarter_days
from lms.core.texts import Text, text
from lms.learning.actions import cycles as acts
from lms.learning.api.room import bp
from lms.learning.models import Cycle
from lms.learning.queries import cycles as reading
from lms.learning.rules import cycles as rules
from lms.learning.rules.cycles import Draft, Wave
from lms.learning.views.cycles import AT_ONCE, overseer
from lms.web.api import refusals
from lms.web.auth import current_actor, requires

_DAY = Range(min=date(2000, 1, 1), max=date(2100, 12, 31))
MOST_WAVES = 500
LONGEST_NOTE = 2_000


class WaveWish(Schema):
    team = String(required=True, validate=Length(max=40), metadata={"description": "code, with all below"})
    starts_on = Date(load_default=None, allow_none=True, validate=_DAY, metadata={"description": "null = the cycle's"})
    due_on = Date(load_default=None, allow_none=True, validate=_DAY, metadata={"description": "null = the cycle's"})


class CycleNew(Schema):
    quarter = String(required=True, validate=Length(min=6, max=6), metadata={"example": "2026Q4"})
    like = String(
        load_default="last", validate=OneOf(["last", "plain"]), metadata={"description": "last = as the one before"}
    )


class CycleWish(Schema):
    name = String(required=True, validate=Length(min=1, max=rules.LONGEST_NAME))
    quarter = String(required=True, validate=Length(min=6, max=6))
    document = String(load_default="", validate=Length(max=300), metadata={"description": "kind:slug; empty = not yet"})
    starts_on = Date(required=True, validate=_DAY)
    due_on = Date(required=True, validate=_DAY)
    waves = List(Nested(WaveWish), load_default=[], validate=Length(max=MOST_WAVES))
    target = Integer(load_default=95, validate=Range(min=1, max=100), metadata={"description": "percent"})
    joiner_days = Integer(
        load_default=30,
        validate=Range(min=1, max=rules.MOST_DAYS),
        metadata={"description": "days of who comes later"},
    )
    positions = List(String(validate=Length(max=40)), load_default=[], validate=Length(max=50))
    employment = List(
        String(validate=OneOf([kind.value for kind in EMPLOYMENTS])), load_default=[], validate=Length(max=10)
    )


class WaveLine(Schema):
    team = String(required=True)
    starts_on = Date(required=True)
    due_on = Date(required=True)


class CycleBody(Schema):
    id = String(required=True)
    name = String(required=True)
    quarter = String(required=True)
    state = String(required=True, validate=OneOf([rules.DRAFT, rules.RUNNING, rules.CLOSED]))
    document = String(required=True)
    starts_on = Date(required=True)
    due_on = Date(required=True)
    waves = List(Nested(WaveLine), required=True)
    target = Integer(required=True)
    joiner_days = Integer(required=True)
    positions = List(String(), required=True)
    employment = List(String(), required=True)
    people = Integer(required=True, metadata={"description": "whom it reaches"})


class CycleAct(Schema):
    act = String(required=True, validate=OneOf(["start", "drop", "close", "note"]))
    note = String(
        load_default="",
        validate=Length(max=LONGEST_NOTE),
        metadata={"description": "of close, note; kept with the report"},
    )


class CycleState(Schema):
    state = String(required=True, validate=OneOf([rules.DRAFT, rules.RUNNING, rules.CLOSED, rules.DROPPED]))


def _body(found: Cycle) -> dict[str, Any]:
    draft, course = reading.draft_of(found), reading.course_of(found)
    codes = {team.id: team.code for team in team_tree()}
    return {
        "id": found.public_id,
        "name": draft.name,
        "quarter": draft.quarter,
        "state": found.state,
        "document": course.name if course is not None else "",
        "starts_on": draft.starts_on,
        "due_on": draft.due_on,
        "waves": [
            {"team": codes.get(wave.team_id, ""), "starts_on": wave.starts_on, "due_on": wave.due_on}
            for wave in draft.waves
        ],
        "target": draft.target_percent,
        "joiner_days": draft.joiner_days,
        "positions": list(draft.positions),
        "employment": list(draft.employment),
        "people": reading.reach(draft).people,
    }


@bp.post("/cycles")
@requires(Permission.CYCLE_EDIT)
@bp.input(CycleNew, arg_name="body")
@bp.output(CycleBody, status_code=201)
@bp.doc(summary="Draft a quarter's cycle, as the last one was or plain", responses=refusals(409, 422))
def begin_cycle(body: dict[str, Any]) -> dict[str, Any]:
    overseer()
    quarter = body["quarter"].upper()
    quarter_days(quarter)
    with transaction():
        return _body(acts.begin(current_actor(), quarter, like_last=body["like"] == "last"))


@bp.get("/cycles/<cycle_id>")
@requires(Permission.CYCLE_EDIT)
@bp.output(CycleBody)
@bp.doc(summary="What a cycle is to be: its course, days and waves, and how many it reaches", responses=refusals(404))
def cycle_plan(cycle_id: str) -> dict[str, Any]:
    overseer()
    return _body(reading.cycle_named(cycle_id))


@bp.put("/cycles/<cycle_id>")
@requires(Permission.CYCLE_EDIT)
@bp.input(CycleWish, arg_name="body")
@bp.output(CycleBody)
@bp.doc(summary="Put other plans into a draft", responses=refusals(404, 409, 422))
def change_cycle(cycle_id: str, body: dict[str, Any]) -> dict[str, Any]:
    overseer()
    found = reading.cycle_named(cycle_id)
    draft = _draft(found, body)
    with transaction():
        return _body(acts.change(current_actor(), cycle_id, draft))


def _draft(found: Cycle, body: dict[str, Any]) -> Draft:
    """Return the draft that the body means. Raises Invalid with every name that is none."""
    wrong: dict[str, Text] = {}
    teams = {team.code: team.id for team in team_tree()}
    kept = [found.document_id] if found.document_id else []
    known = {each.name: each.document_id for each in reading.choices(current_actor(), kept)}
    if body["document"] and body["document"] not in known:
        wrong["document"] = text("没有找到：%(numbers)s。", numbers=body["document"])
    if unknown := [wave["team"] for wave in body["waves"] if wave["team"] not in teams]:
        wrong["waves"] = text("没有找到：%(numbers)s。", numbers="、".join(unknown[:20]))
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    waves = {
        teams[wave["team"]]: Wave(
            team_id=teams[wave["team"]],
            starts_on=wave["starts_on"] or body["starts_on"],
            due_on=wave["due_on"] or body["due_on"],
        )
        for wave in body["waves"]
    }
    return Draft(
        name=body["name"],
        quarter=body["quarter"].upper(),
        document_id=known.get(body["document"]),
        starts_on=body["starts_on"],
        due_on=body["due_on"],
        waves=list(waves.values()),
        target_percent=body["target"],
        joiner_days=body["joiner_days"],
        positions=[each for each in dict.fromkeys(body["positions"]) if each],
        employment=list(dict.fromkeys(body["employment"])),
    )


@bp.post("/cycles/<cycle_id>")
@requires(Permission.CYCLE_EDIT)
@bp.input(CycleAct, arg_name="body")
@bp.output(CycleState)
@bp.doc(
    summary="Start a draft or drop it; close a running cycle; add a note to a closed one",
    responses=refusals(404, 409, 422),
)
def act_on_cycle(cycle_id: str, body: dict[str, Any]) -> dict[str, Any]:
    overseer()
    actor, found = current_actor(), reading.cycle_named(cycle_id)
    started: list[int] = []
    with transaction():
        match body["act"]:
            case "start":
                started = acts.start(actor, cycle_id)
            case "drop":
                acts.drop(actor, cycle_id)
            case "close":
                acts.close(actor, cycle_id, body["note"])
            case "note":
                acts.add_note(actor, cycle_id, body["note"])
        state = found.state
    if started and reading.reach(reading.draft_of(found)).people <= AT_ONCE:
        recompute(started)
    return {"state": state}
