"""Campaigns for programs: prepare one before a peak, give it out, end it."""

from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts.queries import team_tree, teams_within
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.texts import Text, text
from lms.learning.actions import campaigns as acts
from lms.learning.actions.campaigns import Wanted
from lms.learning.api.room import bp
from lms.learning.campaign_forms import MOST_NEEDED
from lms.learning.queries import campaigns as reading
from lms.learning.queries.campaigns import Row
from lms.learning.queries.queues import queues
from lms.learning.rules.campaigns import LONGEST_NAME, MOST_PARTS, State, readiness
from lms.learning.views.campaigns import end, give_out, managed, overseer
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

_DAY = Range(min=date(2000, 1, 1), max=date(2200, 1, 1))
MOST_QUEUES = 100


class CampaignLine(Schema):
    id = String(required=True)
    name = String(required=True)
    team = String(required=True, metadata={"description": "code, with all below"})
    starts_on = Date(required=True)
    ends_on = Date(required=True)
    ready_on = Date(required=True, metadata={"description": "the last day for getting ready"})
    needed = Integer(required=True, allow_none=True, metadata={"description": "how many people it takes"})
    state = String(required=True, validate=OneOf([state.value for state in State]))


class CampaignList(Schema):
    items = List(Nested(CampaignLine), required=True)
    next = Integer(required=True, allow_none=True)


class CampaignBody(CampaignLine):
    documents = List(String(), required=True, metadata={"description": "kind:slug, in the order of learning"})
    queues = List(String(), required=True, metadata={"description": "codes"})
    people = Integer(
        required=True, metadata={"description": "of those whom the caller sees; of a draft: whom it reaches"}
    )
    ready = Integer(required=True, metadata={"description": "of them"})


class CampaignWish(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    team = String(required=True, validate=Length(max=40), metadata={"description": "code, with all below"})
    starts_on = Date(required=True, validate=_DAY)
    ends_on = Date(required=True, validate=_DAY)
    ready_on = Date(required=True, validate=_DAY)
    needed = Integer(load_default=None, allow_none=True, validate=Range(min=1, max=MOST_NEEDED))
    documents = List(
        String(validate=Length(max=300)),
        required=True,
        validate=Length(max=MOST_PARTS),
        metadata={"description": "kind:slug, in the order of learning"},
    )
    queues = List(
        String(validate=Length(max=40)),
        load_default=[],
        validate=Length(max=MOST_QUEUES),
        metadata={"description": "codes of those that ask for all of it meanwhile"},
    )


class CampaignAct(Schema):
    act = String(required=True, validate=OneOf(["start", "stop", "discard"]))


class CampaignState(Schema):
    state = String(
        required=True,
        validate=OneOf([*(state.value for state in State), "discarded"]),
        metadata={"description": "as it is now"},
    )


def _line(row: Row, codes: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "team": codes.get(row.team_id, ""),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "ready_on": row.ready_on,
        "needed": row.needed,
        "state": row.state.value,
    }


def _codes() -> dict[int, str]:
    return {team.id: team.code for team in team_tree()}


def _body(public_id: str) -> dict[str, Any]:
    actor = current_actor()
    row = reading.campaign(actor, public_id, today())
    ready = readiness([who.member for who in reading.people(actor, row.id)], row.needed)
    is_draft = row.state is State.DRAFT
    return {
        **_line(row, _codes()),
        "documents": [part.name for part in reading.parts(row.id)],
        "queues": [one.code for one in queues(today(), closed=True) if one.id in row.queues],
        "people": sum(count for _team, count in reading.in_teams(row.team_id)) if is_draft else ready.people,
        "ready": ready.ready,
    }


@bp.get("/campaigns")
@requires(Permission.REPORT_READ)
@bp.output(CampaignList)
@bp.doc(summary="Campaigns that the caller sees, the latest first")
def campaigns() -> dict[str, Any]:
    codes = _codes()
    return page([_line(row, codes) for row in reading.campaigns(overseer(), today())], None)


@bp.get("/campaigns/<campaign_id>")
@requires(Permission.REPORT_READ)
@bp.output(CampaignBody)
@bp.doc(summary="One campaign: what it asks, and how many are ready", responses=refusals(404))
def campaign(campaign_id: str) -> dict[str, Any]:
    overseer()
    return _body(campaign_id)


@bp.post("/campaigns")
@requires(Permission.CAMPAIGN_EDIT)
@bp.input(CampaignWish, arg_name="body")
@bp.output(CampaignBody, status_code=201)
@bp.doc(summary="Prepare a campaign; nobody is told yet", responses=refusals(422))
def make_campaign(body: dict[str, Any]) -> dict[str, Any]:
    wanted = _wanted(body, None)
    with transaction():
        public_id = acts.draft(current_actor(), wanted).public_id
    return _body(public_id)


@bp.put("/campaigns/<campaign_id>")
@requires(Permission.CAMPAIGN_EDIT)
@bp.input(CampaignWish, arg_name="body")
@bp.output(CampaignBody)
@bp.doc(
    summary="Change a campaign; once it is given out only its name, last day and need of people",
    responses=refusals(404, 409, 422),
)
def change_campaign(campaign_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor, row = managed(campaign_id)
    wanted = _wanted(body, row)
    with transaction():
        acts.change(actor, campaign_id, wanted)
    return _body(campaign_id)


@bp.post("/campaigns/<campaign_id>")
@requires(Permission.CAMPAIGN_EDIT)
@bp.input(CampaignAct, arg_name="body")
@bp.output(CampaignState)
@bp.doc(
    summary="Give a draft out, end one that runs, throw a draft away",
    responses=refusals(404, 409, 422),
)
def act_on_campaign(campaign_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor, row = managed(campaign_id)
    if body["act"] == "discard":
        with transaction():
            acts.discard(actor, campaign_id)
        return {"state": "discarded"}
    if body["act"] == "start":
        give_out(actor, row)
    else:
        end(actor, row)
    return {"state": reading.campaign(actor, campaign_id, today()).state.value}


def _wanted(body: dict[str, Any], row: Row | None) -> Wanted:
    """Return what the body asks for; of what can't change any more, what stands. Raises Invalid for unknown names."""
    actor = current_actor()
    stands = row if row is not None and row.state is not State.DRAFT else None
    wrong: dict[str, Text] = {}
    teams = {team.code: team.id for team in teams_within(actor, Permission.CAMPAIGN_EDIT)}
    known = {each.name: each.document_id for each in reading.offered(actor)}
    codes = {one.code: one.id for one in queues(today())}
    if stands is None:
        if body["team"] not in teams:
            wrong["team"] = text("请选您负责的团队。")
        for name, there in (("documents", known), ("queues", codes)):
            if unknown := [each for each in body[name] if each not in there]:
                wrong[name] = text("没有找到：%(numbers)s。", numbers="、".join(unknown[:20]))
        if not body["documents"]:
            wrong["documents"] = text("请至少选一篇知识或一份测验。")
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)
    return Wanted(
        name=body["name"],
        team_id=stands.team_id if stands else teams[body["team"]],
        starts_on=stands.starts_on if stands else body["starts_on"],
        ends_on=body["ends_on"],
        ready_on=stands.ready_on if stands else body["ready_on"],
        needed=body["needed"],
        document_ids=[known[each] for each in dict.fromkeys(body["documents"]) if each in known],
        queue_ids=sorted({codes[each] for each in body["queues"] if each in codes}),
    )
