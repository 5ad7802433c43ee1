"""Reading people and groups as a provisioning system sees them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true

from lms.accounts.models import Person
from lms.accounts.rules.sign_in import login_name
from lms.core.db import rows, session
from lms.core.texts import text
from lms.signon.models import ScimAccount, ScimGroup, ScimMember
from lms.signon.rules.scim import GROUP, LIST, USER, Unfit
from lms.signon.rules.scim_filter import BadFilter, Compare, fold, parse

_KEY = func.coalesce(ScimAccount.user_key, Person.login_name)
_USER_NAME = func.coalesce(ScimAccount.user_name, Person.employee_no)
_CHANGED = func.coalesce(ScimAccount.changed_at, Person.created_at)
_THERE = and_(Person.employee_no.is_not(None), Person.erased_at.is_(None), ScimAccount.deleted_at.is_(None))

_PEOPLE: dict[str, Any] = {
    "id": Person.public_id,
    "username": _KEY,
    "externalid": ScimAccount.external_id,
    "displayname": Person.name,
    "name.formatted": Person.name,
    "title": Person.position,
    "active": Person.active,
    "emails": Person.email,
    "emails.value": Person.email,
    "phonenumbers": Person.phone,
    "phonenumbers.value": Person.phone,
    "employeenumber": Person.employee_no,
    "meta.created": Person.created_at,
    "meta.lastmodified": _CHANGED,
}
_GROUPS: dict[str, Any] = {
    "id": ScimGroup.public_id,
    "displayname": ScimGroup.name_key,
    "externalid": ScimGroup.external_id,
    "meta.created": ScimGroup.made_at,
    "meta.lastmodified": ScimGroup.changed_at,
}
_EXACT = frozenset({"id", "externalid"})
_FOLDED: dict[str, Callable[[str], str]] = {"username": login_name, "displayname.group": login_name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    total: int
    found: Sequence[Any]


def _people() -> Any:
    return (
        select(
            Person.id,
            Person.public_id,
            Person.employee_no,
            Person.name,
            Person.position,
            Person.email,
            Person.phone,
            Person.active,
            Person.created_at,
            _USER_NAME.label("user_name"),
            _CHANGED.label("changed_at"),
            ScimAccount.external_id,
        )
        .outerjoin(ScimAccount, ScimAccount.person_id == Person.id)
        .where(_THERE)
    )


def users(written: str, start: int, count: int) -> Page:
    """Return people whom a filter fits, from the start-th (1 = first). Raises Unfit for a filter nobody can answer."""
    return _page(_people(), _condition(written, _PEOPLE, {"username"}), Person.id, start, count)


def user(public_id: str) -> Any:
    """Return one person, or None."""
    return rows(_people().where(Person.public_id == public_id)).one_or_none()


def groups(written: str, start: int, count: int) -> Page:
    """Return groups whom a filter fits, from the start-th (1 = first). Raises Unfit."""
    return _page(select(ScimGroup), _condition(written, _GROUPS, {"displayname"}), ScimGroup.id, start, count)


def group(public_id: str) -> ScimGroup | None:
    """Return one group, or None."""
    return session().scalars(select(ScimGroup).where(ScimGroup.public_id == public_id)).one_or_none()


def group_names(person_id: int) -> list[str]:
    """Return the names of the groups that somebody is in."""
    statement = (
        select(ScimGroup.name)
        .join(ScimMember, ScimMember.group_id == ScimGroup.id)
        .where(ScimMember.person_id == person_id)
    )
    return list(session().scalars(statement))


def members(group_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the people of groups by their public ids."""
    found: dict[int, list[str]] = {}
    statement = (
        select(ScimMember.group_id, Person.public_id)
        .join(Person, Person.id == ScimMember.person_id)
        .where(ScimMember.group_id.in_(list(group_ids)))
        .order_by(Person.id)
    )
    for row in rows(statement):
        found.setdefault(row.group_id, []).append(row.public_id)
    return found


def groups_of(person_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Return (id, name) of the groups that people are in."""
    found: dict[int, list[tuple[str, str]]] = {}
    statement = (
        select(ScimMember.person_id, ScimGroup.public_id, ScimGroup.name)
        .join(ScimGroup, ScimGroup.id == ScimMember.group_id)
        .where(ScimMember.person_id.in_(list(person_ids)))
        .order_by(ScimGroup.id)
    )
    for row in rows(statement):
        found.setdefault(row.person_id, []).append((row.public_id, row.name))
    return found


def _page(statement: Any, condition: ColumnElement[bool], by: Any, start: int, count: int) -> Page:
    fits = statement.where(condition)
    total = session().scalar(select(func.count()).select_from(fits.order_by(None).subquery())) or 0
    if not count:
        return Page(total=total, found=())
    listed = session().execute(fits.order_by(by).offset(max(start, 1) - 1).limit(count))
    is_entity = by is ScimGroup.id
    return Page(total=total, found=listed.scalars().all() if is_entity else listed.all())


def _condition(written: str, columns: dict[str, Any], folded: set[str]) -> ColumnElement[bool]:
    if not written:
        return true()
    try:
        tree = parse(written)
    except BadFilter as error:
        raise Unfit(text("看不懂 filter。"), code="invalidFilter") from error

    def one(term: Compare) -> ColumnElement[bool]:
        if term.attribute in ("emails.type", "phonenumbers.type", "emails.primary", "phonenumbers.primary"):
            return true()  # one is kept, whichever it was
        if term.attribute == "members.value" and columns is _GROUPS:
            person = select(ScimMember.group_id).join(Person, Person.id == ScimMember.person_id)
            return ScimGroup.id.in_(person.where(Person.public_id == str(term.value)))
        column = columns.get(term.attribute)
        if column is None:
            raise Unfit(text("不能按 %(what)s 筛选。", what=term.attribute[:60]), code="invalidFilter")
        return _compared(column, term, term.attribute in folded)

    def both(word: str, left: ColumnElement[bool], right: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(left, right) if word == "and" else or_(left, right)

    return fold(tree, one, both, not_)


def _compared(column: Any, term: Compare, folded: bool) -> ColumnElement[bool]:
    name, operator, value = term.attribute, term.operator, term.value
    result: ColumnElement[bool]
    if operator == "pr":
        always = name == "active" or name.startswith("meta.")
        result = column.is_not(None) if always else func.coalesce(column, "") != ""
        return result
    if name == "active":
        said = value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
        if said is None or operator not in ("eq", "ne"):
            raise Unfit(text("不能按 %(what)s 筛选。", what=name), code="invalidFilter")
        result = column.is_(said) if operator == "eq" else column.is_not(said)
        return result
    if name.startswith("meta."):
        return _by_time(column, operator, value)
    if value is None:
        return column.is_(None) if operator == "eq" else column.is_not(None) if operator == "ne" else false()
    if not isinstance(value, str):
        return false()
    said_text = login_name(value) if folded else value if name in _EXACT else value.lower()
    held = column if folded or name in _EXACT else func.lower(column)
    found: ColumnElement[bool]
    match operator:
        case "eq":
            found = held == said_text
            return found
        case "ne":
            found = or_(column.is_(None), held != said_text)
            return found
        case "co":
            return held.contains(said_text, autoescape=True)
        case "sw":
            return held.startswith(said_text, autoescape=True)
        case "ew":
            return held.endswith(said_text, autoescape=True)
    return {"gt": held > said_text, "ge": held >= said_text, "lt": held < said_text, "le": held <= said_text}[operator]


def _by_time(column: Any, operator: str, value: Any) -> ColumnElement[bool]:
    try:
        at: datetime | None = datetime.fromisoformat(str(value))
    except ValueError:
        at = None
    found = {"eq": column.__eq__, "ne": column.__ne__, "gt": column.__gt__, "ge": column.__ge__}
    found |= {"lt": column.__lt__, "le": column.__le__}
    if at is None or at.tzinfo is None or operator not in found:
        raise Unfit(text("不能按 %(what)s 筛选。", what="meta"), code="invalidFilter")
    result: ColumnElement[bool] = found[operator](at)
    return result


def user_document(row: Any, base: str, in_groups: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return a person as a resource. base: the address of the service."""
    return {
        "schemas": [USER],
        "id": row.public_id,
        **({"externalId": row.external_id} if row.external_id else {}),
        "userName": row.user_name,
        "displayName": row.name or "",
        **({"title": row.position} if row.position else {}),
        "active": row.active,
        **({"emails": [{"value": row.email}]} if row.email else {}),
        **({"phoneNumbers": [{"value": row.phone}]} if row.phone else {}),
        **({"groups": [{"value": id, "display": name} for id, name in in_groups]} if in_groups else {}),
        "meta": _meta("User", f"{base}/Users/{row.public_id}", row.created_at, row.changed_at),
    }


def group_document(row: ScimGroup, base: str, people: Sequence[str]) -> dict[str, Any]:
    """Return a group as a resource. people: public ids of its members."""
    return {
        "schemas": [GROUP],
        "id": row.public_id,
        **({"externalId": row.external_id} if row.external_id else {}),
        "displayName": row.name,
        **({"members": [{"value": each, "$ref": f"{base}/Users/{each}"} for each in people]} if people else {}),
        "meta": _meta("Group", f"{base}/Groups/{row.public_id}", row.made_at, row.changed_at),
    }


def listing(documents: Sequence[Any], total: int, start: int) -> dict[str, Any]:
    """Return the shape of every list."""
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(documents),
        "Resources": list(documents),
    }


def _meta(kind: str, location: str, made: datetime, changed: datetime) -> dict[str, str]:
    return {
        "resourceType": kind,
        "location": location,
        "created": _instant(made),
        "lastModified": _instant(max(made, changed)),
    }


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
