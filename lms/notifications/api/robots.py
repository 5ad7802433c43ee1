"""JSON of the robots in the teams' group chats; addresses and secrets are taken, never given."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from lms.accounts.queries import Named, team_tree
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.notifications.actions import robots as acts
from lms.notifications.queries import log
from lms.notifications.rules.robots import PATHS
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("robots_api", __name__, url_prefix="/api/v1/robots", tag="Robots of group chats")


class RobotIn(Schema):
    team = String(required=True, validate=Length(max=40), metadata={"description": "code of the team of the group"})
    platform = String(required=True, validate=OneOf(sorted(PATHS)))
    name = String(required=True, validate=Length(min=1, max=80), metadata={"description": "of the group"})
    url = String(required=True, validate=Length(min=1, max=400), metadata={"description": "its webhook address"})
    secret = String(load_default="", validate=Length(max=120), metadata={"description": "with which it is signed"})
    weekly = Boolean(load_default=False, metadata={"description": "it says the week's summary"})


class RobotOut(Schema):
    id = String(required=True)
    team = String(required=True, metadata={"description": "code; empty where the team is closed"})
    platform = String(required=True)
    name = String(required=True)
    signed = Boolean(required=True, metadata={"description": "a secret is kept"})
    weekly = Boolean(required=True)
    active = Boolean(required=True)
    last_state = String(required=True, allow_none=True, metadata={"description": "of its last message; null: none yet"})
    last_at = String(required=True, allow_none=True, metadata={"format": "date-time"})


class RobotAnswer(RobotOut):
    """One robot by itself."""


class RobotList(Schema):
    items = List(Nested(RobotOut), required=True)
    next = Integer(required=True, allow_none=True)


class RobotAct(Schema):
    act = String(
        required=True,
        validate=OneOf(["try", "off", "on", "resend"]),
        metadata={"description": "resend: its last message, where it was given up"},
    )


@bp.get("")
@requires(Permission.NOTIFY_EDIT)
@bp.output(RobotList)
@bp.doc(summary="The robots in the teams' group chats")
def robots() -> dict[str, Any]:
    return page(_every(), None)


@bp.post("")
@requires(Permission.NOTIFY_EDIT)
@bp.input(RobotIn, arg_name="body")
@bp.output(RobotAnswer, status_code=201)
@bp.doc(summary="Keep the robot of a group", responses=refusals(422))
def keep(body: dict[str, Any]) -> dict[str, Any]:
    named = Named()
    team_id = named.team(body.pop("team"))
    named.check()
    with transaction():
        return _one(acts.keep(current_actor(), team_id=team_id, **body).public_id)


@bp.post("/<robot_id>")
@requires(Permission.NOTIFY_EDIT)
@bp.input(RobotAct, arg_name="body")
@bp.output(RobotAnswer)
@bp.doc(summary="Try a robot, silence it, let it speak, say its last message again", responses=refusals(404, 422))
def act(robot_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor, do = current_actor(), body["act"]
    last = next((row.message_id for row in log.robots() if row.public_id == robot_id), "")
    with transaction():
        if do in ("on", "off"):
            acts.switch(actor, robot_id, active=do == "on")
        elif do == "try":
            acts.try_out(actor, robot_id)
        elif last:
            acts.resend(actor, [last])
        return _one(robot_id)


def _one(robot_id: str) -> dict[str, Any]:
    found = next((each for each in _every() if each["id"] == robot_id), None)
    if found is None:
        raise NotFound()
    return found


def _every() -> list[dict[str, Any]]:
    codes = {team.id: team.code for team in team_tree()}
    return [
        {
            "id": row.public_id,
            "team": codes.get(row.team_id, ""),
            "platform": row.platform,
            "name": row.name,
            "signed": row.signed,
            "weekly": row.weekly,
            "active": row.active,
            "last_state": row.state,
            "last_at": instant(row.at),
        }
        for row in log.robots()
    ]
