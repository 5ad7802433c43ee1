"""Planning staff before a peak over the API: the plan, its forecast out of history, the training that is missing."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts.queries import Named, team_tree, teams_within
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.core.texts import text
from lms.learning.queries import campaigns
from lms.readiness.actions import staffing as acts
from lms.readiness.actions.staffing import LONGEST_NAME, MOST_TEAMS, Draft
from lms.readiness.api.room import bp
from lms.readiness.queries import staffing as reading
from lms.readiness.queries.forecasts import can_begin, forecast
from lms.readiness.queries.staffing import Row
from lms.readiness.rules.gap import MOST_SKILLS
from lms.readiness.rules.need import BOUNDS, HOURS, MOST_ORDERS, MOST_PEOPLE, Formula, Way
from lms.readiness.views.staffing import managed
from lms.web.api import a_day, page, refusals
from lms.web.auth import current_actor, requires

USUAL = Formula()


def _number(name: str) -> Float:
    low, high = BOUNDS[name]
    return Float(load_default=getattr(USUAL, name), validate=Range(min=low, max=high))


class StaffFormula(Schema):
    """What turns a day's forecast into people; what is not named is as usual."""

    way = String(load_default=str(USUAL.way), validate=OneOf([str(way) for way in Way]))
    per = Integer(load_default=USUAL.per, strict=True, validate=Range(min=1, max=1_000_000))
    may_shrink = Boolean(load_default=USUAL.may_shrink)
    contacts_per_order = _number("contacts_per_order")
    handling = _number("handling")
    concurrency = _number("concurrency")
    shrinkage = _number("shrinkage")
    target = _number("target")
    within = _number("within")
    days_per_week = _number("days_per_week")
    shift_hours = _number("shift_hours")
    profile = List(
        Float(validate=Range(min=0, max=1e6)),
        load_default=lambda: list(USUAL.profile),
        validate=Length(equal=HOURS),
        metadata={"description": "weights of the 24 hours"},
    )


class StaffSkillIn(Schema):
    proof = String(
        required=True,
        validate=Length(max=60),
        metadata={"description": "certificate:<id of its plan> or queue:<code>", "example": "queue:after-sales"},
    )
    share = Integer(required=True, strict=True, validate=Range(min=1, max=100), metadata={"description": "percent"})


class StaffPlanIn(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    team = String(required=True, validate=Length(max=40), metadata={"description": "code; teams below count too"})
    more_teams = List(String(validate=Length(max=40)), load_default=list, validate=Length(max=MOST_TEAMS))
    from_on = a_day(required=True)
    until_on = a_day(required=True, metadata={"description": "included"})
    base_orders = Integer(required=True, strict=True, validate=Range(min=0, max=MOST_ORDERS))
    present = Integer(required=True, strict=True, validate=Range(min=0, max=MOST_PEOPLE))
    formula = Nested(StaffFormula, load_default=lambda: StaffFormula().load({}))
    skills = List(Nested(StaffSkillIn), load_default=list, validate=Length(max=MOST_SKILLS))
    campaign = String(load_default="", validate=Length(max=40), metadata={"description": "id of a campaign pack"})


class StaffPlanOut(Schema):
    id = String(required=True)
    name = String(required=True)
    team = String(required=True, metadata={"description": "code"})
    more_teams = List(String(), required=True)
    from_on = Date(required=True)
    until_on = Date(required=True)
    base_orders = Integer(required=True)
    present = Integer(required=True)
    formula = Nested(StaffFormula, required=True)
    skills = List(Nested(StaffSkillIn), required=True)
    campaign = String(required=True, metadata={"description": "id; empty: none"})
    days = Integer(required=True, metadata={"description": "days that have a forecast"})


class HistoryQuery(Schema):
    growth = Float(
        load_default=0.0, validate=Range(min=-90, max=900), metadata={"description": "percent more than now"}
    )
    last_year = a_day(
        load_default=None,
        allow_none=True,
        metadata={"description": "first day of last year's peak; without it 52 weeks before"},
    )


class ForecastIn(HistoryQuery):
    seen = String(required=True, validate=Length(max=64), metadata={"description": "`seen` of the forecast shown"})


class ForecastDay(Schema):
    day = Date(required=True)
    orders = Integer(required=True)
    contacts = Integer(required=True, allow_none=True)
    complaints = Integer(required=True, allow_none=True)


class Forecast(Schema):
    items = List(Nested(ForecastDay), required=True)
    next = Integer(required=True, allow_none=True)
    seen = String(required=True, metadata={"description": "what is sent along to take it over"})


class DaysTaken(Schema):
    days = Integer(required=True)


class TraineeOut(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    gets = List(String(), required=True, metadata={"description": "titles of what would be given"})


class TrainingOut(Schema):
    items = List(Nested(TraineeOut), required=True)
    next = Integer(required=True, allow_none=True)
    due_on = Date(required=True)
    owed = Integer(required=True, metadata={"description": "people who owe it already"})
    beyond = Integer(required=True, metadata={"description": "people to whom the caller may give nothing"})
    seen = String(required=True, metadata={"description": "what is sent along to give it"})


class TrainingIn(Schema):
    seen = String(required=True, validate=Length(max=64), metadata={"description": "`seen` of the list that was read"})


class TrainingGiven(Schema):
    people = Integer(required=True)


@bp.post("/staffing")
@requires(Permission.STAFFING_EDIT)
@bp.input(StaffPlanIn, arg_name="body")
@bp.output(StaffPlanOut, status_code=201)
@bp.doc(summary="Plan staff before a peak", responses=refusals(422))
def make_staffing(body: dict[str, Any]) -> dict[str, Any]:
    draft = _draft(body)
    with transaction():
        made = acts.make(current_actor(), draft).public_id
        return _body(made)


@bp.get("/staffing/<staffing_id>")
@requires(Permission.STAFFING_READ)
@bp.output(StaffPlanOut)
@bp.doc(summary="One plan as it was written", responses=refusals(404))
def staff_plan(staffing_id: str) -> dict[str, Any]:
    return _body(staffing_id)


@bp.put("/staffing/<staffing_id>")
@requires(Permission.STAFFING_EDIT)
@bp.input(StaffPlanIn, arg_name="body")
@bp.output(StaffPlanOut)
@bp.doc(summary="Change a plan; its forecast stays", responses=refusals(404, 422))
def change_staffing(staffing_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor, row = managed(staffing_id)
    draft = _draft(body, row)
    with transaction():
        acts.change(actor, staffing_id, draft)
        return _body(staffing_id)


@bp.post("/staffing/<staffing_id>/discard")
@requires(Permission.STAFFING_EDIT)
@bp.output({}, status_code=204)
@bp.doc(summary="Throw a plan away; training that it gave stays", responses=refusals(404))
def discard_staffing(staffing_id: str) -> tuple[str, int]:
    actor, _row = managed(staffing_id)
    with transaction():
        acts.discard(actor, staffing_id)
    return "", 204


@bp.get("/staffing/<staffing_id>/forecast")
@requires(Permission.STAFFING_EDIT)
@bp.input(HistoryQuery, location="query", arg_name="asked")
@bp.output(Forecast)
@bp.doc(summary="What history says of the days of a plan; nothing is kept", responses=refusals(404, 422))
def staff_forecast(staffing_id: str, asked: dict[str, Any]) -> dict[str, Any]:
    _actor, row = managed(staffing_id)
    volumes = _volumes(row, asked)
    items = [
        {"day": day, "orders": each.orders, "contacts": each.contacts, "complaints": each.complaints}
        for day, each in volumes.items()
    ]
    return {**page(items, None), "seen": fingerprint(volumes)}


@bp.post("/staffing/<staffing_id>/forecast")
@requires(Permission.STAFFING_EDIT)
@bp.input(ForecastIn, arg_name="body")
@bp.output(DaysTaken)
@bp.doc(summary="Take over the forecast that was shown", responses=refusals(404, 409, 422))
def take_forecast(staffing_id: str, body: dict[str, Any]) -> dict[str, int]:
    actor, row = managed(staffing_id)
    volumes = _volumes(row, body)
    if not volumes or fingerprint(volumes) != body["seen"]:
        raise Conflict(text("预览以后数据有变化，请再看一遍。"), code="preview_stale")
    with transaction():
        acts.set_days(actor, staffing_id, volumes)
    return {"days": len(volumes)}


@bp.get("/staffing/<staffing_id>/training")
@requires(Permission.ASSIGN)
@bp.output(TrainingOut)
@bp.doc(summary="Whom the training that is missing would be given", responses=refusals(404))
def staff_training(staffing_id: str) -> dict[str, Any]:
    actor = current_actor()
    shown = acts.training(actor, reading.plan(actor, staffing_id))
    items = [
        {"employee_no": each.employee_no, "name": each.name, "team": each.team, "gets": list(each.titles)}
        for each in shown.gets
    ]
    more = {"due_on": shown.due_on, "owed": len(shown.has), "beyond": shown.beyond, "seen": shown.digest}
    return {**page(items, None), **more}


@bp.post("/staffing/<staffing_id>/training")
@requires(Permission.ASSIGN)
@bp.input(TrainingIn, arg_name="body")
@bp.output(TrainingGiven)
@bp.doc(summary="Give the training that is missing, as it was read", responses=refusals(404, 409, 422))
def give_staff_training(staffing_id: str, body: dict[str, Any]) -> dict[str, int]:
    actor = current_actor()
    row = reading.plan(actor, staffing_id)
    with transaction():
        shown = acts.training(actor, row)
        if shown.digest != body["seen"] or not shown.gets:
            raise Conflict(text("名单在预览以后有变化，请再看一遍。"), code="preview_stale")
        return {"people": acts.give_training(actor, row, shown)}


def _volumes(row: Row, asked: dict[str, Any]) -> dict[Any, Any]:
    if not can_begin(row, asked["last_year"]):
        wrong = text("填这次大促以前三年内的一天。")
        raise Invalid(wrong, fields={"last_year": wrong})
    found = forecast(row, asked["growth"], asked["last_year"])
    return {day: volume for day, (_guess, volume) in found.items()}


def _draft(body: dict[str, Any], row: Row | None = None) -> Draft:
    """Return what a body asks for. row: the plan that it changes, which may keep what nobody could choose any more."""
    actor, named = current_actor(), Named()
    teams = teams_within(actor, Permission.STAFFING_EDIT)
    team_id = named.team(body["team"], among=teams)
    more_teams = [named.team(code, "more_teams", teams) for code in body["more_teams"]]
    known = reading.proofs(row)
    skills = []
    for each in body["skills"]:
        if each["proof"] in known:
            skills.append((known[each["proof"]], each["share"]))
        else:
            named.wrong.setdefault("skills", text("选的证书或队列已经没有了，请重新选。"))
    packs = {each.public_id: each.id for each in campaigns.campaigns(actor, today())}
    if row is not None and row.campaign_id is not None and (linked := reading.campaign_name(row.campaign_id)):
        packs[linked[0]] = row.campaign_id
    campaign_id = None
    if body["campaign"]:
        reason = text("这个活动包已经没有了，请重新选。")
        campaign_id = named.one(packs, body["campaign"], "campaign", reason)
    named.check()
    formula = body["formula"]
    return Draft(
        name=body["name"],
        team_id=team_id,
        more_teams=[each for each in more_teams if each != team_id],
        from_on=body["from_on"],
        until_on=body["until_on"],
        base_orders=body["base_orders"],
        present=body["present"],
        formula=Formula(**(formula | {"profile": tuple(formula["profile"])})),
        skills=skills,
        campaign_id=campaign_id,
    )


def _body(staffing_id: str) -> dict[str, Any]:
    row = reading.plan(current_actor(), staffing_id)
    codes = {team.id: team.code for team in team_tree()}
    names = {proof: name for name, proof in reading.proofs(row).items()}
    linked = reading.campaign_name(row.campaign_id)
    return {
        "id": row.public_id,
        "name": row.name,
        "team": codes.get(row.team_id, ""),
        "more_teams": [codes[each] for each in row.more_teams if each in codes],
        "from_on": row.from_on,
        "until_on": row.until_on,
        "base_orders": row.base_orders,
        "present": row.present,
        "formula": row.formula.written(),
        "skills": [{"proof": names[skill.proof], "share": skill.share} for skill in row.skills],
        "campaign": linked[0] if linked else "",
        "days": len(row.volumes),
    }
