"""People for programs: who is there, who is new, what changed, who left."""

from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp

from lms.accounts import actions, queries
from lms.accounts.actions.tags import set_tags
from lms.accounts.api.room import bp
from lms.accounts.models import Person
from lms.accounts.rules.people import Employment, tidy
from lms.accounts.rules.staff import EMAIL, NUMBER, PHONE
from lms.core.access import Permission, Role
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

FIRST, LAST = date(1950, 1, 1), date(2200, 1, 1)
EMPLOYMENTS = [kind.value for kind in Employment]


class PeopleQuery(Schema):
    q = String(load_default="", validate=Length(max=100), metadata={"description": "in name or number"})
    team = String(load_default="", validate=Length(max=40), metadata={"description": "code; teams below count too"})
    state = String(load_default="active", validate=OneOf(queries.STATES))
    after = Integer(load_default=0, strict=False, validate=Range(min=0, max=1_000_000))
    limit = Integer(load_default=100, strict=False, validate=Range(min=1, max=500))


class PersonLine(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True, metadata={"description": "name of the present team"})
    position = String(required=True)
    employment = String(required=True, metadata={"enum": EMPLOYMENTS})
    hired_on = Date(required=True, allow_none=True)
    leaving_on = Date(required=True, allow_none=True)
    active = Boolean(required=True)
    roles = List(String(metadata={"enum": [role.value for role in Role]}), required=True)


class PeopleList(Schema):
    items = List(Nested(PersonLine), required=True)
    next = Integer(required=True, allow_none=True)


class Facts(Schema):
    name = String(validate=Length(min=1, max=80))
    position = String(validate=Length(max=40))
    employment = String(validate=OneOf(EMPLOYMENTS))
    hired_on = Date(validate=Range(min=FIRST, max=LAST))
    leaving_on = Date(allow_none=True, validate=Range(min=FIRST, max=LAST))
    email = String(validate=[Length(max=200), Regexp(f"^({EMAIL.pattern})?$")])
    phone = String(validate=[Length(max=40), Regexp(f"^({PHONE.pattern})?$")])


class NewPerson(Facts):
    employee_no = String(required=True, validate=[Length(min=1, max=40), Regexp(f"^{NUMBER.pattern}$")])
    name = String(required=True, validate=Length(min=1, max=80))
    team = String(required=True, validate=Length(max=40), metadata={"description": "code of the team"})


class Move(Schema):
    team = String(required=True, validate=Length(max=40), metadata={"description": "code of the team"})
    from_on = Date(required=True, validate=Range(min=FIRST, max=LAST))


class Shops(Schema):
    shops = List(String(validate=Length(max=40)), required=True, validate=Length(max=500))


class Tags(Schema):
    tags = List(String(validate=Length(max=100)), required=True, validate=Length(max=100))


class Close(Schema):
    last_day = Date(load_default=None, allow_none=True, validate=Range(min=FIRST, max=LAST))


class PersonBody(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True, metadata={"description": "name of the present team"})
    position = String(required=True)
    employment = String(required=True, metadata={"enum": EMPLOYMENTS})
    hired_on = Date(required=True, allow_none=True)
    leaving_on = Date(required=True, allow_none=True)
    active = Boolean(required=True)
    email = String(required=True)
    phone = String(required=True)
    mentor = String(required=True, metadata={"description": "number of the present mentor, empty where there is none"})
    shops = List(String(), required=True, metadata={"description": "codes of the shops served"})
    tags = List(String(), required=True)


def to_change(employee_no: str) -> int:
    """Return the id of a person whom the caller may change. Raises NotFound."""
    return queries.person_by_no(current_actor(), employee_no, Permission.PERSON_EDIT).id


def body_of(person: Person) -> dict[str, Any]:
    """Return a person as the calls show one."""
    mentor = queries.mentor_of(person.id)
    return {
        "employee_no": person.employee_no or "",
        "name": person.name or "",
        "team": queries.team_name(person.team_id),
        "position": person.position,
        "employment": person.employment,
        "hired_on": person.hired_on,
        "leaving_on": person.leaving_on,
        "active": person.active,
        "email": person.email or "",
        "phone": person.phone or "",
        "mentor": mentor.employee_no or "" if mentor else "",
        "shops": [shop.code for shop in queries.shops_of(person.id)],
        "tags": queries.tags_of(person.id),
    }


@bp.get("/people")
@requires(Permission.PERSON_READ)
@bp.input(PeopleQuery, location="query", arg_name="query")
@bp.output(PeopleList)
@bp.doc(summary="People whom the caller sees, by number", responses=refusals(422))
def people(query: dict[str, Any]) -> dict[str, Any]:
    team_id = queries.team_id_of(query["team"]) if query["team"] else None
    after, limit = query["after"], query["limit"]
    rows = queries.people(
        current_actor(), q=query["q"], team_id=team_id, state=query["state"], offset=after, limit=limit + 1
    )
    return page([_line(row) for row in rows[:limit]], after + limit if len(rows) > limit else None)


def _line(row: queries.PersonRow) -> dict[str, Any]:
    return {
        "employee_no": row.employee_no,
        "name": row.name,
        "team": row.team_name,
        "position": row.position,
        "employment": row.employment,
        "hired_on": row.hired_on,
        "leaving_on": row.leaving_on,
        "active": row.active,
        "roles": [role.value for role in row.roles],
    }


@bp.get("/people/<employee_no>")
@requires(Permission.PERSON_READ)
@bp.output(PersonBody)
@bp.doc(summary="One person", responses=refusals(404))
def person(employee_no: str) -> dict[str, Any]:
    return body_of(queries.person_by_no(current_actor(), employee_no))


@bp.post("/people")
@requires(Permission.PERSON_EDIT)
@bp.input(NewPerson, arg_name="body")
@bp.output(PersonBody, status_code=201)
@bp.doc(summary="Enter somebody new; what the rules give to new people is given at once", responses=refusals(422))
def hire(body: dict[str, Any]) -> dict[str, Any]:
    facts = _facts(body)
    facts["team_id"] = queries.team_id_of(facts.pop("team"))
    with transaction():
        made = actions.hire(current_actor(), **facts)
        return body_of(made)


@bp.patch("/people/<employee_no>")
@requires(Permission.PERSON_EDIT)
@bp.input(Facts, arg_name="body")
@bp.output(PersonBody)
@bp.doc(summary="Change facts of a person; what is not named stays", responses=refusals(404, 422))
def change(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    person_id = to_change(employee_no)
    with transaction():
        actions.change(current_actor(), person_id, _facts(body))
        return body_of(queries.person_by_id(person_id))


def _facts(body: dict[str, Any]) -> dict[str, Any]:
    found = {name: tidy(value) if isinstance(value, str) else value for name, value in body.items()}
    if "name" in found and not found["name"]:
        reason = text("姓名不能为空。")
        raise Invalid(reason, fields={"name": reason})
    return found


@bp.post("/people/<employee_no>/move")
@requires(Permission.PERSON_EDIT)
@bp.input(Move, arg_name="body")
@bp.output(PersonBody)
@bp.doc(summary="Put a person into another team from a day on", responses=refusals(404, 422))
def move(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    person_id, team_id = to_change(employee_no), queries.team_id_of(body["team"])
    with transaction():
        actions.move(current_actor(), person_id, team_id, body["from_on"])
        return body_of(queries.person_by_id(person_id))


@bp.put("/people/<employee_no>/shops")
@requires(Permission.PERSON_EDIT)
@bp.input(Shops, arg_name="body")
@bp.output(PersonBody)
@bp.doc(summary="Say which shops a person serves: these and no others", responses=refusals(404, 422))
def set_shops(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    person_id = to_change(employee_no)
    known = {shop.code: shop.id for shop in queries.shops()}
    if unknown := sorted(set(body["shops"]) - known.keys()):
        reason = text("没有代码为 %(code)s 的店铺。", code="、".join(unknown))
        raise Invalid(reason, fields={"shops": reason})
    with transaction():
        actions.set_shops(current_actor(), person_id, [known[code] for code in body["shops"]])
        return body_of(queries.person_by_id(person_id))


@bp.put("/people/<employee_no>/tags")
@requires(Permission.PERSON_EDIT)
@bp.input(Tags, arg_name="body")
@bp.output(PersonBody)
@bp.doc(summary="Say by which words rules may go for a person: these and no others", responses=refusals(404, 422))
def put_tags(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    person_id = to_change(employee_no)
    with transaction():
        set_tags(current_actor(), person_id, [tidy(each) for each in body["tags"]])
        return body_of(queries.person_by_id(person_id))


@bp.post("/people/<employee_no>/close")
@requires(Permission.PERSON_EDIT)
@bp.input(Close, arg_name="body")
@bp.output(PersonBody)
@bp.doc(
    summary="Close an account at once: sign-ins, tokens, roles and mentoring end; what was learned stays",
    responses=refusals(404, 409, 422),
)
def close(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    person_id = to_change(employee_no)
    with transaction():
        actions.close(current_actor(), person_id, body["last_day"])
        return body_of(queries.person_by_id(person_id))


@bp.post("/people/<employee_no>/reopen")
@requires(Permission.PERSON_EDIT)
@bp.output(PersonBody)
@bp.doc(summary="Open a closed account again; roles have to be granted anew", responses=refusals(404, 409, 422))
def reopen(employee_no: str) -> dict[str, Any]:
    person_id = to_change(employee_no)
    with transaction():
        actions.reopen(current_actor(), person_id)
        return body_of(queries.person_by_id(person_id))
