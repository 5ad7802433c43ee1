"""SCIM 2.0: people and groups as a provisioning system keeps them. Its own words, its own shape of errors."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.texts import text
from lms.signon.actions import scim as doing
from lms.signon.queries import scim
from lms.signon.rules.scim import ENTERPRISE, ERROR, Unfit, patched, read_group, read_user
from lms.signon.rules.scim_filter import plain
from lms.signon.rules.scim_schemas import MOST, SCHEMAS, TYPES, abilities, resource_type, schema
from lms.web.addresses import full_address
from lms.web.auth import by_token, current_actor
from lms.web.numbers import whole

PREFIX = "/scim/v2"
USUAL = 100
"""Resources in an answer where nobody says how many."""
WORDS = frozenset({"invalidFilter", "uniqueness", "invalidSyntax", "invalidPath", "noTarget", "invalidValue"})

bp = Blueprint("scim", __name__, url_prefix=PREFIX)
gate = by_token("scim", Permission.PERSON_EDIT)


def refusal(status: int, code: str, message: str) -> Response:
    """Return a refusal in SCIM's shape. Invalid values are 400 there, whatever they are elsewhere."""
    status = 400 if status == 422 else status
    word = code if code in WORDS else "invalidValue" if code == "invalid" else ""
    body = {"schemas": [ERROR], "status": str(status), "detail": message, **({"scimType": word} if word else {})}
    return _said(body, status)


def _said(body: Mapping[str, Any], status: int = 200) -> Response:
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/scim+json")
    location = body.get("meta", {}).get("location") if status == 201 else None
    if location:
        answer.headers["Location"] = location
    return answer


def _base() -> str:
    return full_address("scim.users").removesuffix("/Users")


def _sent() -> dict[str, Any]:
    try:
        found = json.loads(request.get_data())
    except HTTPException:
        raise
    except (ValueError, RecursionError) as error:
        raise Unfit(text("请求写法不对：%(what)s。", what="JSON"), code="invalidSyntax") from error
    if not isinstance(found, dict):
        raise Unfit(text("请求写法不对：%(what)s。", what="JSON"), code="invalidSyntax")
    return found


def _asked(values: Mapping[str, Any]) -> tuple[str, int, int]:
    """Return filter, first place and number of what is asked for. Raises Unfit."""
    written, numbers = values.get("filter", ""), []
    for name, usual in (("startIndex", 1), ("count", USUAL)):
        word = str(values.get(name, usual)).strip()
        number = whole(word.removeprefix("-"))
        if number is None or number > 2**31:
            raise Unfit(text("%(what)s 的值不能用。", what=name))
        numbers.append(0 if word.startswith("-") else number)
    if not isinstance(written, str):
        raise Unfit(text("看不懂 filter。"), code="invalidFilter")
    return written, max(numbers[0], 1), min(numbers[1], MOST)


def _shown(document: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a resource is asked for by `attributes` or `excludedAttributes`."""
    only, without = _names(values.get("attributes")), _names(values.get("excludedAttributes"))
    if not only and not without:
        return document

    def is_named(name: str, names: set[str]) -> bool:
        inner = {"employeenumber"} if name == ENTERPRISE else set()
        return bool({name.lower(), *inner} & names) or any(each.startswith(name.lower() + ".") for each in names)

    always = {"schemas", "id"}
    if only:
        return {name: value for name, value in document.items() if name in always or is_named(name, only)}
    return {name: value for name, value in document.items() if name in always or not is_named(name, without)}


def _names(given: Any) -> set[str]:
    words = given if isinstance(given, list) else str(given or "").split(",")
    return {plain(str(each).strip()) for each in words if str(each).strip()}


def _users(values: Mapping[str, Any]) -> Response:
    written, start, count = _asked(values)
    page = scim.users(written, start, count)
    in_groups = scim.groups_of(row.id for row in page.found)
    documents = [_shown(_document(row, in_groups.get(row.id, ()), values), values) for row in page.found]
    return _said(scim.listing(documents, page.total, start))


def _groups(values: Mapping[str, Any]) -> Response:
    written, start, count = _asked(values)
    page, base = scim.groups(written, start, count), _base()
    people = scim.members(row.id for row in page.found)
    documents = [_shown(scim.group_document(row, base, people.get(row.id, ())), values) for row in page.found]
    return _said(scim.listing(documents, page.total, start))


def _user(public_id: str) -> dict[str, Any]:
    row = scim.user(public_id)
    if row is None:
        raise NotFound()
    return _document(row, scim.groups_of([row.id]).get(row.id, ()), request.args)


def _document(row: Any, in_groups: Sequence[tuple[str, str]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person as a resource; with the employee number where it is asked for by name."""
    found = scim.user_document(row, _base(), in_groups)
    if "employeenumber" in _names(values.get("attributes")):
        found["schemas"] = [*found["schemas"], ENTERPRISE]
        found[ENTERPRISE] = {"employeeNumber": row.employee_no}
    return found


def _group(public_id: str) -> dict[str, Any]:
    row = scim.group(public_id)
    if row is None:
        raise NotFound()
    return scim.group_document(row, _base(), scim.members([row.id]).get(row.id, ()))


@bp.get("/Users")
@gate
def users() -> Response:
    """List people: filter, startIndex, count, attributes, excludedAttributes."""
    return _users(request.args)


@bp.post("/Users")
@gate
def make_user() -> Response:
    """Enter somebody."""
    values = read_user(_sent())
    with transaction():
        public_id = doing.make_user(current_actor(), values)
    return _said(_shown(_user(public_id), request.args), 201)


@bp.get("/Users/<scim_user_id>")
@gate
def user(scim_user_id: str) -> Response:
    """Show one person."""
    return _said(_shown(_user(scim_user_id), request.args))


@bp.put("/Users/<scim_user_id>")
@gate
def put_user(scim_user_id: str) -> Response:
    """Let a person be as sent; what is not sent is emptied, but whether the account is open."""
    values = read_user(_sent())
    with transaction():
        doing.change_user(current_actor(), scim_user_id, values)
    return _said(_shown(_user(scim_user_id), request.args))


@bp.route("/Users/<scim_user_id>", methods=["PATCH"])
@gate
def patch_user(scim_user_id: str) -> Response:
    """Change parts of a person."""
    body = _sent()
    with transaction():
        doing.hold_user(scim_user_id)
        old = _user(scim_user_id)
        doing.change_user(current_actor(), scim_user_id, read_user(patched(old, body), old["displayName"]))
    return _said(_shown(_user(scim_user_id), request.args))


@bp.delete("/Users/<scim_user_id>")
@gate
def delete_user(scim_user_id: str) -> Response:
    """Close a person's account."""
    with transaction():
        doing.delete_user(current_actor(), scim_user_id)
    return Response(status=204)


@bp.get("/Groups")
@gate
def groups() -> Response:
    """List groups: filter, startIndex, count, attributes, excludedAttributes."""
    return _groups(request.args)


@bp.post("/Groups")
@gate
def make_group() -> Response:
    """Make a group."""
    values = read_group(_sent())
    with transaction():
        public_id = doing.make_group(current_actor(), values)
    return _said(_shown(_group(public_id), request.args), 201)


@bp.get("/Groups/<scim_group_id>")
@gate
def group(scim_group_id: str) -> Response:
    """Show one group with its people."""
    return _said(_shown(_group(scim_group_id), request.args))


@bp.put("/Groups/<scim_group_id>")
@gate
def put_group(scim_group_id: str) -> Response:
    """Let a group be as sent."""
    values = read_group(_sent())
    with transaction():
        doing.change_group(current_actor(), scim_group_id, values)
    return _said(_shown(_group(scim_group_id), request.args))


@bp.route("/Groups/<scim_group_id>", methods=["PATCH"])
@gate
def patch_group(scim_group_id: str) -> Response:
    """Change a group: its name, who is in it."""
    body = _sent()
    with transaction():
        doing.hold_group(scim_group_id)
        values = read_group(patched(_group(scim_group_id), body))
        doing.change_group(current_actor(), scim_group_id, values)
    return _said(_shown(_group(scim_group_id), request.args))


@bp.delete("/Groups/<scim_group_id>")
@gate
def delete_group(scim_group_id: str) -> Response:
    """Take a group away."""
    with transaction():
        doing.delete_group(current_actor(), scim_group_id)
    return Response(status=204)


@bp.post("/Users/.search")
@gate
def search_users() -> Response:
    """List people as GET does, asked by a body."""
    return _users(_sent())


@bp.post("/Groups/.search")
@gate
def search_groups() -> Response:
    """List groups as GET does, asked by a body."""
    return _groups(_sent())


@bp.post("/.search")
@gate
def search_all() -> Response:
    """Say that people and groups are not searched together."""
    return refusal(501, "", "Not implemented")


@bp.get("/ServiceProviderConfig")
@gate
def config() -> Response:
    """Say what this service can do."""
    return _said(abilities(_base()))


@bp.get("/ResourceTypes")
@gate
def types() -> Response:
    """List the kinds of resources."""
    return _said(scim.listing([resource_type(name, _base()) for name in TYPES], len(TYPES), 1))


@bp.get("/ResourceTypes/<scim_type>")
@gate
def one_type(scim_type: str) -> Response:
    """Show one kind of resource."""
    if scim_type not in TYPES:
        raise NotFound()
    return _said(resource_type(scim_type, _base()))


@bp.get("/Schemas")
@gate
def schemas() -> Response:
    """List the schemas."""
    return _said(scim.listing([schema(id, _base()) for id in SCHEMAS], len(SCHEMAS), 1))


@bp.get("/Schemas/<scim_schema>")
@gate
def one_schema(scim_schema: str) -> Response:
    """Show one schema."""
    if scim_schema not in SCHEMAS:
        raise NotFound()
    return _said(schema(scim_schema, _base()))
