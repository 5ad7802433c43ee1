"""What a provisioning system sends of people and groups, and how its PATCH changes them. Pure.

Attributes that nobody here keeps are passed over, so that one of them does not stop everybody's provisioning.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lms.accounts.rules.staff import EMAIL, NUMBER, PHONE
from lms.core.errors import DomainError
from lms.core.texts import Text, text
from lms.signon.rules.scim_filter import BadFilter, Filter, matches, parse

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MOST_OPERATIONS = 100
MOST_MEMBERS = 20_000

_NAMES = {
    name.lower(): name
    for name in (
        *("userName", "externalId", "displayName", "title", "active", "name", "emails", "phoneNumbers", "members"),
        *("employeeNumber", "formatted", "familyName", "givenName", "value"),
    )
}
_SINGLE = ("emails", "phoneNumbers")
_PATH = re.compile(r"(?P<attr>[^\[\]]+?)(?:\[(?P<filter>.*)\](?:\.(?P<sub>[A-Za-z$]+))?)?", re.S)


class Unfit(DomainError):
    """A request breaks a rule of SCIM. code: its scimType."""

    status = 400
    default_code = "invalidValue"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserValues:
    """What is known of somebody there. active, number: None = not said."""

    user_name: str
    external_id: str
    name: str
    title: str
    email: str
    phone: str
    active: bool | None
    number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupValues:
    """members: ids of people; None = not said."""

    name: str
    external_id: str
    members: tuple[str, ...] | None


def read_user(document: Mapping[str, Any], old_name: str = "") -> UserValues:
    """Return the values of a person. old_name: what the person was called before a PATCH. Raises Unfit."""
    given = _known(document)
    user_name = _text(given, "userName", most=200)
    if not user_name:
        raise Unfit(text("缺少 %(what)s。", what="userName"))
    title = _text(given, "title", most=40)
    email = _listed(given, "emails")
    if email and (len(email) > 200 or not EMAIL.fullmatch(email)):
        raise Unfit(text("%(what)s 的值不能用。", what="emails"))
    phone = re.sub(r"[().]|^tel:", "", _listed(given, "phoneNumbers")).strip()
    if phone and not PHONE.fullmatch(phone):
        raise Unfit(text("%(what)s 的值不能用。", what="phoneNumbers"))
    extension = given.get(ENTERPRISE)
    number = _text(extension, "employeeNumber", most=40) if isinstance(extension, Mapping) else ""
    return UserValues(
        user_name=user_name,
        external_id=_text(given, "externalId", most=200),
        name=_called(given, old_name) or user_name[:80],
        title=title,
        email=email,
        phone=phone,
        active=_active(given.get("active")),
        number=number or None,
    )


def number_of(values: UserValues) -> str:
    """Return the employee number of somebody new: what is sent as such, else the user name. Raises Unfit."""
    number = values.number or values.user_name
    if not NUMBER.fullmatch(number):
        raise Unfit(
            text("%(what)s 不能当工号（最多 40 个字，不含空格和符号）；请另发 employeeNumber。", what="userName")
        )
    return number


def read_group(document: Mapping[str, Any]) -> GroupValues:
    """Return the values of a group. Raises Unfit."""
    given = _known(document)
    name = _text(given, "displayName", most=200)
    if not name:
        raise Unfit(text("缺少 %(what)s。", what="displayName"))
    members = given.get("members")
    return GroupValues(
        name=name,
        external_id=_text(given, "externalId", most=200),
        members=_ids(members) if members is not None else None,
    )


def patched(document: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource after the operations of a PATCH. Raises Unfit, and then none of them counts."""
    given = {name.lower(): value for name, value in body.items()}
    operations = given.get("operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        raise _unreadable("Operations")
    found = deepcopy(dict(document))
    for each in operations:
        if not isinstance(each, Mapping):
            raise _unreadable("Operations")
        one = {str(name).lower(): value for name, value in each.items()}
        operation, path = str(one.get("op", "")).lower(), one.get("path")
        if operation not in {"add", "replace", "remove"} or not isinstance(path, str | None):
            raise _unreadable("op")
        if path:
            _do(found, operation, path, one.get("value"))
        elif operation == "remove":
            raise Unfit(text("%(what)s 操作要写 path。", what="remove"), code="noTarget")
        elif not isinstance(one.get("value"), Mapping):
            raise _unreadable("value")
        else:
            for name, value in one["value"].items():
                _do(found, operation, str(name), value)
    return found


def _do(document: dict[str, Any], operation: str, path: str, value: Any) -> None:
    """Do one operation at one place. What nobody here keeps is passed over."""
    if path.lower() == ENTERPRISE.lower():
        if operation == "remove":
            document.pop(ENTERPRISE, None)
        elif isinstance(value, Mapping):
            for name, inner in value.items():
                _do(document, operation, f"{ENTERPRISE}:{name}", inner)
        return
    inside, rest = document, path
    for schema in (USER, GROUP, ENTERPRISE):
        if path.lower().startswith(schema.lower() + ":"):
            rest = path[len(schema) + 1 :]
            if schema == ENTERPRISE:
                inside = document.setdefault(ENTERPRISE, {})
    read = _PATH.fullmatch(rest)
    if read is None:
        raise Unfit(text("看不懂 path：%(path)s", path=path[:100]), code="invalidPath")
    attribute, _, part = read["attr"].partition(".")
    name, part = _NAMES.get(attribute.lower()), read["sub"] or part
    tree = _tree(read["filter"], path) if read["filter"] is not None else None
    if name is None:
        return
    if name == "members":
        _members(inside, operation, tree, value)
    elif name in _SINGLE:
        _single(inside, name, operation, part, value)
    elif part:
        kept = inside.setdefault(name, {})
        if isinstance(kept, dict):
            _set(kept, _NAMES.get(part.lower(), part), operation, value)
    elif name == "name" and isinstance(value, Mapping) and operation != "remove":
        inside["name"] = {**(inside.get("name") or {}), **value}
    else:
        _set(inside, name, operation, value)


def _set(place: dict[str, Any], name: str, operation: str, value: Any) -> None:
    if operation == "remove" or value is None:
        place.pop(name, None)
    else:
        place[name] = value


def _single(place: dict[str, Any], name: str, operation: str, part: str, value: Any) -> None:
    """Change a list of which one element is kept: whichever is named, it is that one."""
    if operation == "remove":
        place.pop(name, None)
    elif part.lower() in ("", "value"):
        place[name] = [{"value": value}] if isinstance(value, str) else value


def _members(place: dict[str, Any], operation: str, tree: Filter | None, value: Any) -> None:
    held = list(_ids(place.get("members") or []))
    if operation == "remove":
        named = set(_ids(value)) if value else None
        if tree is not None:
            gone = {each for each in held if matches(tree, {"value": each})}
        else:
            gone = set(held) if named is None else named
        held = [each for each in held if each not in gone]
    elif tree is not None:
        raise Unfit(text("看不懂 path：%(path)s", path="members[…]"), code="invalidPath")
    else:
        held = [*(held if operation == "add" else []), *_ids(value)]
    place["members"] = [{"value": each} for each in dict.fromkeys(held)]


def _tree(written: str, path: str) -> Filter:
    try:
        return parse(written)
    except BadFilter as error:
        raise Unfit(text("看不懂 path：%(path)s", path=path[:100]), code="invalidPath") from error


def _ids(value: Any) -> tuple[str, ...]:
    listed: Sequence[Any] = value if isinstance(value, list) else [value]
    if len(listed) > MOST_MEMBERS:
        raise Unfit(text("%(what)s 的值不能用。", what="members"))
    found = [each.get("value") if isinstance(each, Mapping) else each for each in listed]
    if not all(isinstance(each, str) and 0 < len(each) <= 40 for each in found):
        raise Unfit(text("%(what)s 的值不能用。", what="members"))
    return tuple(dict.fromkeys(str(each) for each in found))


def _known(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a document, under the names of the standard: those sent may differ in case."""
    found = {_NAMES[name.lower()]: value for name, value in document.items() if name.lower() in _NAMES}
    for name, value in document.items():
        if name.lower() == ENTERPRISE.lower() and isinstance(value, Mapping):
            found[ENTERPRISE] = {_NAMES.get(str(key).lower(), str(key)): inner for key, inner in value.items()}
    return found


def _text(given: Mapping[str, Any], name: str, *, most: int) -> str:
    found = given.get(name)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > most or not found.isprintable():
        raise Unfit(text("%(what)s 的值不能用。", what=name))
    return found.strip()


def _called(given: Mapping[str, Any], old: str) -> str:
    """Return what somebody is called: by the name shown, unless only the parts of the name are new."""
    shown = _text(given, "displayName", most=80)
    parts = given.get("name")
    if isinstance(parts, Mapping) and (not shown or shown == old):
        known = {_NAMES.get(str(key).lower(), str(key)): value for key, value in parts.items()}
        family, first = _text(known, "familyName", most=80), _text(known, "givenName", most=80)
        joined = f"{first} {family}".strip() if (family + first).isascii() else family + first
        whole = _text(known, "formatted", most=80) or joined
        if len(whole) > 80:
            raise Unfit(text("%(what)s 的值不能用。", what="name"))
        return whole or shown
    return shown


def _listed(given: Mapping[str, Any], name: str) -> str:
    """Return the one value that is kept of a list: the primary one, else that of work, else the first."""
    value = given.get(name)
    listed = value if isinstance(value, list) else [value] if value else []
    found = [each if isinstance(each, Mapping) else {"value": each} for each in listed]
    found.sort(key=lambda each: (each.get("primary") is not True, each.get("type") != "work"))
    return _text({name: found[0].get("value")}, name, most=200) if found else ""


def _active(value: Any) -> bool | None:
    """Return whether an account is open. Some systems send the word "False", which the standard does not know."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Unfit(text("%(what)s 的值不能用。", what="active"))


def _unreadable(what: str) -> Unfit:
    said: Text = text("请求写法不对：%(what)s。", what=what)
    return Unfit(said, code="invalidSyntax")
