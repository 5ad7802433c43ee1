"""Roles, mentors and sign-ins of people, for programs."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts import actions, queries
from lms.accounts.api.people import FIRST, LAST, PersonBody, body_of, to_change
from lms.accounts.api.room import bp
from lms.core.access import Permission, Role
from lms.core.db import transaction
from lms.core.here import today
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

GRANTED = [role.value for role in Role if role is not Role.AGENT]


class GrantBody(Schema):
    id = Integer(required=True)
    role = String(required=True, metadata={"enum": [role.value for role in Role]})
    team = String(required=True, metadata={"description": "code of the team that it reaches, with all below"})
    from_on = Date(required=True)


class GrantList(Schema):
    items = List(Nested(GrantBody), required=True)
    next = Integer(required=True, allow_none=True)


class NewGrant(Schema):
    role = String(required=True, validate=OneOf(GRANTED))
    team = String(required=True, validate=Length(max=40), metadata={"description": "code of the team"})


class MentorBody(Schema):
    mentor = String(
        required=True, allow_none=True, validate=Length(max=40), metadata={"description": "number; null: nobody"}
    )
    from_on = Date(load_default=None, allow_none=True, validate=Range(min=FIRST, max=LAST))


def _grants(person_id: int) -> dict[str, Any]:
    codes = {team.id: team.code for team in queries.team_tree()}
    return page(
        [
            {"id": row.id, "role": row.role.value, "team": codes.get(row.team_id, ""), "from_on": row.from_on}
            for row in queries.grants(person_id)
        ],
        None,
    )


@bp.get("/people/<employee_no>/roles")
@requires(Permission.PERSON_READ)
@bp.output(GrantList)
@bp.doc(summary="Roles of a person that stand or are to come", responses=refusals(404))
def roles(employee_no: str) -> dict[str, Any]:
    return _grants(queries.person_by_no(current_actor(), employee_no).id)


@bp.post("/people/<employee_no>/roles")
@requires(Permission.PERSON_EDIT)
@bp.input(NewGrant, arg_name="body")
@bp.output(GrantList)
@bp.doc(summary="Grant a role on a team from today on", responses=refusals(403, 404, 422))
def grant(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    person_id, team_id = to_change(employee_no), queries.team_id_of(body["team"])
    with transaction():
        actions.grant(current_actor(), person_id, Role(body["role"]), team_id)
        return _grants(person_id)


@bp.post("/people/<employee_no>/roles/<int:grant_id>/end")
@requires(Permission.PERSON_EDIT)
@bp.output(GrantList)
@bp.doc(summary="Take a role back", responses=refusals(403, 404, 409))
def revoke(employee_no: str, grant_id: int) -> dict[str, Any]:
    person_id = to_change(employee_no)
    with transaction():
        actions.revoke(current_actor(), person_id, grant_id)
        return _grants(person_id)


@bp.put("/people/<employee_no>/mentor")
@requires(Permission.PERSON_EDIT)
@bp.input(MentorBody, arg_name="body")
@bp.output(PersonBody)
@bp.doc(summary="Say who looks after a person from a day on (today), or nobody", responses=refusals(404, 422))
def set_mentor(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    person_id, mentor_id = to_change(employee_no), None
    if body["mentor"] is not None:
        mentor = queries.active_by_no(body["mentor"])
        mentor_id = mentor.id if mentor else 0
    with transaction():
        actions.set_mentor(current_actor(), person_id, mentor_id, body["from_on"] or today())
        return body_of(queries.person_by_id(person_id))


@bp.post("/people/<employee_no>/sessions/end")
@requires(Permission.PERSON_EDIT)
@bp.output({}, status_code=204)
@bp.doc(summary="Sign a person out on every machine", responses=refusals(404))
def end_sessions(employee_no: str) -> str:
    person_id = to_change(employee_no)
    with transaction():
        actions.end_sessions(current_actor(), person_id)
    return ""
