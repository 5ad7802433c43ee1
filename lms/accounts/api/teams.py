"""Teams and shops for programs."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Integer, List, Nested, String
from apiflask.validators import Length

from lms.accounts import actions, queries
from lms.accounts.api.room import bp
from lms.accounts.rules.people import tidy
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires


class TeamLine(Schema):
    code = String(required=True)
    name = String(required=True)
    parent = String(required=True, allow_none=True, metadata={"description": "code; null = the whole company"})


class TeamAnswer(TeamLine):
    """One team by itself."""


class TeamList(Schema):
    items = List(Nested(TeamLine), required=True)
    next = Integer(required=True, allow_none=True)


class NewTeam(Schema):
    code = String(required=True, validate=Length(min=1, max=40))
    name = String(required=True, validate=Length(min=1, max=80))
    parent = String(required=True, validate=Length(max=40), metadata={"description": "code of the team above"})


class TeamChange(Schema):
    name = String(validate=Length(min=1, max=80))
    parent = String(validate=Length(max=40), metadata={"description": "code of the team above, from today on"})


class NewShop(Schema):
    code = String(required=True, validate=Length(min=1, max=40))
    name = String(required=True, validate=Length(min=1, max=80))
    platform = String(required=True, validate=Length(min=1, max=40))


class ShopLine(Schema):
    code = String(required=True)
    name = String(required=True)
    platform = String(required=True)


class ShopAnswer(ShopLine):
    """One shop by itself."""


class ShopList(Schema):
    items = List(Nested(ShopLine), required=True)
    next = Integer(required=True, allow_none=True)


def _line(code: str) -> dict[str, Any]:
    tree = queries.team_tree()
    codes = {team.id: team.code for team in tree}
    found = next((team for team in tree if team.code == code), None)
    if found is None:
        raise NotFound()
    return {"code": found.code, "name": found.name, "parent": codes.get(found.parent_id or 0)}


def _id(code: str) -> int:
    found = next((team.id for team in queries.team_tree() if team.code == code), None)
    if found is None:
        raise NotFound()
    return found


def _tidied(body: dict[str, Any]) -> dict[str, Any]:
    """Return the words of a body without what nobody can see. Raises Invalid where nothing is left of one."""
    found = {name: tidy(value) for name, value in body.items()}
    empty = [name for name, value in found.items() if not value]
    if empty:
        reason = text("不能为空。")
        raise Invalid(reason, fields=dict.fromkeys(empty, reason))
    return found


@bp.get("/teams")
@requires(Permission.PERSON_READ)
@bp.output(TeamList)
@bp.doc(summary="Every open team, those below after the one above")
def teams() -> dict[str, Any]:
    tree = queries.team_tree()
    codes = {team.id: team.code for team in tree}
    return page(
        [{"code": team.code, "name": team.name, "parent": codes.get(team.parent_id or 0)} for team in tree], None
    )


@bp.post("/teams")
@requires(Permission.PERSON_EDIT)
@bp.input(NewTeam, arg_name="body")
@bp.output(TeamAnswer, status_code=201)
@bp.doc(summary="Add a team below another", responses=refusals(422))
def add_team(body: dict[str, Any]) -> dict[str, Any]:
    given = _tidied(body)
    parent_id = queries.team_id_of(given["parent"], "parent")
    with transaction():
        actions.add_team(current_actor(), code=given["code"], name=given["name"], parent_id=parent_id)
        return _line(given["code"])


@bp.patch("/teams/<team_code>")
@requires(Permission.PERSON_EDIT)
@bp.input(TeamChange, arg_name="body")
@bp.output(TeamAnswer)
@bp.doc(summary="Rename a team, put it below another from today on", responses=refusals(404, 409, 422))
def change_team(team_code: str, body: dict[str, Any]) -> dict[str, Any]:
    given, team_id = _tidied(body), _id(team_code)
    name = given.get("name") or _line(team_code)["name"]
    parent_id = queries.team_id_of(given["parent"], "parent") if "parent" in given else None
    with transaction():
        actions.change_team(current_actor(), team_id, name=name, parent_id=parent_id)
        return _line(team_code)


@bp.post("/teams/<team_code>/close")
@requires(Permission.PERSON_EDIT)
@bp.output({}, status_code=204)
@bp.doc(summary="Close an empty team from today on", responses=refusals(404, 409))
def close_team(team_code: str) -> str:
    team_id = _id(team_code)
    with transaction():
        actions.close_team(current_actor(), team_id)
    return ""


@bp.get("/shops")
@requires(Permission.PERSON_READ)
@bp.output(ShopList)
@bp.doc(summary="The company's shops")
def shops() -> dict[str, Any]:
    return page([{"code": shop.code, "name": shop.name, "platform": shop.platform} for shop in queries.shops()], None)


@bp.post("/shops")
@requires(Permission.PERSON_EDIT)
@bp.input(NewShop, arg_name="body")
@bp.output(ShopAnswer, status_code=201)
@bp.doc(summary="Add a shop", responses=refusals(422))
def add_shop(body: dict[str, Any]) -> dict[str, Any]:
    given = _tidied(body)
    with transaction():
        shop = actions.add_shop(current_actor(), **given)
        return {"code": shop.code, "name": shop.name, "platform": shop.platform}
