"""What a provisioning system does to people and groups. Deleting a person there closes the account here."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from lms.accounts import queries as accounts
from lms.accounts.actions import people
from lms.accounts.models import Person
from lms.accounts.rules.sign_in import login_name
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import insert_new, session
from lms.core.errors import Conflict, NotFound
from lms.core.here import settings
from lms.core.texts import text
from lms.signon.actions import groups as grants
from lms.signon.models import ScimAccount, ScimGroup, ScimMember
from lms.signon.queries import scim
from lms.signon.rules.scim import GroupValues, Unfit, UserValues, number_of

SOURCE = "scim"


class Taken(Conflict):
    """There is one of that name already."""

    default_code = "uniqueness"


def make_user(actor: Actor, values: UserValues) -> str:
    """Enter somebody, or take over who has the employee number already; return the public id.

    Raises Taken where the name is another one's, Unfit where it can be no employee number.
    """
    key, number = login_name(values.user_name), number_of(values)
    known = _by_key(key)
    if known is not None and known.deleted_at is None:
        raise Taken(text("已经有叫 %(what)s 的了。", what=values.user_name))
    current = session()
    person = current.get(Person, known.person_id) if known else None
    if person is None:
        person = current.scalars(select(Person).where(Person.login_name == login_name(number))).one_or_none()
    account = current.get(ScimAccount, person.id) if person else None
    if person is not None and account is not None and account.deleted_at is None:
        raise Taken(text("已经有叫 %(what)s 的了。", what=number))
    root = accounts.root_id()
    if root is None:
        raise NotFound()
    if person is None:
        person = people.hire(actor, employee_no=number, name=values.name, team_id=root)
    if account is None:
        account = ScimAccount(person_id=person.id, user_name="", user_key=key, changed_at=clock.now())
        current.add(account)
    account.deleted_at = None
    audit(actor.id, "scim.user.made", "person", person.id, person_id=person.id)
    _write(actor, person.id, account, values)
    _open_or_close(actor, person, wanted=values.active is not False)
    current.flush()
    return person.public_id


def change_user(actor: Actor, public_id: str, values: UserValues) -> None:
    """Let somebody be as it is said there. Raises NotFound, Taken, and Conflict for the last administrator."""
    person = _person(public_id)
    account = session().get(ScimAccount, person.id)
    other = _by_key(login_name(values.user_name))
    if other is not None and other.person_id != person.id:
        raise Taken(text("已经有叫 %(what)s 的了。", what=values.user_name))
    if account is None:
        account = ScimAccount(
            person_id=person.id, user_name="", user_key=login_name(values.user_name), changed_at=clock.now()
        )
        session().add(account)
    _write(actor, person.id, account, values)
    if values.active is not None:
        _open_or_close(actor, person, wanted=values.active)
    session().flush()


def delete_user(actor: Actor, public_id: str) -> None:
    """Close somebody's account; what they did stays. Raises NotFound, and Conflict for the last administrator."""
    person = _person(public_id)
    key = login_name(person.employee_no or "")
    account = session().get(ScimAccount, person.id)
    if account is None:
        account = ScimAccount(person_id=person.id, user_name=person.employee_no or "", user_key=key)
        session().add(account)
    account.deleted_at = account.changed_at = clock.now()
    session().execute(delete(ScimMember).where(ScimMember.person_id == person.id))
    _open_or_close(actor, person, wanted=False)
    _follow([person.id])
    audit(actor.id, "scim.user.deleted", "person", person.id, person_id=person.id)


def make_group(actor: Actor, values: GroupValues) -> str:
    """Make a group; return its public id. Raises Taken, Unfit for a member whom nobody knows."""
    if _group_by_name(values.name) is not None:
        raise Taken(text("已经有叫 %(what)s 的了。", what=values.name))
    at = clock.now()
    row = ScimGroup(
        name=values.name,
        name_key=login_name(values.name),
        external_id=values.external_id or None,
        made_at=at,
        changed_at=at,
    )
    session().add(row)
    session().flush()
    audit(actor.id, "scim.group.made", "scim_group", row.public_id)
    _set_members(row, values.members or ())
    return row.public_id


def change_group(actor: Actor, public_id: str, values: GroupValues) -> None:
    """Let a group be as it is said there, and its people have the roles of it. Raises NotFound, Taken, Unfit."""
    row = _group(public_id)
    other = _group_by_name(values.name)
    if other is not None and other.id != row.id:
        raise Taken(text("已经有叫 %(what)s 的了。", what=values.name))
    renamed = row.name_key != login_name(values.name)
    meant_before = _means_something(row)
    row.name, row.name_key, row.external_id = values.name, login_name(values.name), values.external_id or None
    row.changed_at = clock.now()
    session().flush()
    audit(actor.id, "scim.group.changed", "scim_group", row.public_id)
    changed = _set_members(row, values.members or ())
    if renamed and (meant_before or _means_something(row)):
        _follow(set(_member_ids(row)) - changed)


def delete_group(actor: Actor, public_id: str) -> None:
    """Take a group away, and the roles that people have by it. Raises NotFound."""
    row = _group(public_id)
    gone, means = _member_ids(row), _means_something(row)
    session().execute(delete(ScimMember).where(ScimMember.group_id == row.id))
    session().delete(row)
    session().flush()
    audit(actor.id, "scim.group.deleted", "scim_group", public_id)
    if means:
        _follow(gone)


def hold_user(public_id: str) -> None:
    """Let nobody else change a person until the end of the transaction. Raises NotFound."""
    people.lock([_person(public_id).id])


def hold_group(public_id: str) -> None:
    """Let nobody else change a group until the end of the transaction. Raises NotFound."""
    _group(public_id)


def _write(actor: Actor, person_id: int, account: ScimAccount, values: UserValues) -> None:
    account.user_name, account.user_key = values.user_name, login_name(values.user_name)
    account.external_id = values.external_id or None
    account.changed_at = clock.now()
    said = {"name": values.name, "position": values.title, "email": values.email, "phone": values.phone}
    people.change(actor, person_id, said)


def _open_or_close(actor: Actor, person: Person, *, wanted: bool) -> None:
    if wanted and not person.active:
        people.reopen(actor, person.id)
        _follow([person.id])
    elif not wanted and person.active:
        people.close(actor, person.id)


def _person(public_id: str) -> Person:
    found = session().scalars(select(Person).where(Person.public_id == public_id)).one_or_none()
    if found is None or scim.user(public_id) is None:
        raise NotFound()
    return found


def _by_key(key: str) -> ScimAccount | None:
    return session().scalars(select(ScimAccount).where(ScimAccount.user_key == key)).one_or_none()


def _group(public_id: str) -> ScimGroup:
    found = session().scalars(select(ScimGroup).where(ScimGroup.public_id == public_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _group_by_name(name: str) -> ScimGroup | None:
    return session().scalars(select(ScimGroup).where(ScimGroup.name_key == login_name(name))).one_or_none()


def _member_ids(row: ScimGroup) -> list[int]:
    return list(session().scalars(select(ScimMember.person_id).where(ScimMember.group_id == row.id)))


def _means_something(row: ScimGroup) -> bool:
    return any(line.group.casefold() == row.name.casefold() for line in settings().group_roles)


def _set_members(row: ScimGroup, public_ids: Iterable[str]) -> set[int]:
    """Let these be the members; return whose membership is another now. Raises Unfit for somebody unknown."""
    wanted_ids = set(public_ids)
    found = session().execute(select(Person.id, Person.public_id).where(Person.public_id.in_(wanted_ids))).all()
    if len(found) != len(wanted_ids):
        raise Unfit(text("%(what)s 的值不能用。", what="members"))
    wanted, held = {each.id for each in found}, set(_member_ids(row))
    if gone := held - wanted:
        session().execute(delete(ScimMember).where(ScimMember.group_id == row.id, ScimMember.person_id.in_(gone)))
    if new := sorted(wanted - held):
        insert_new(ScimMember, ("group_id", "person_id"), [{"group_id": row.id, "person_id": id} for id in new])
    changed = wanted ^ held
    if changed and _means_something(row):
        _follow(changed)
    return changed


def _follow(person_ids: Iterable[int]) -> None:
    """Give and take the roles that follow from the groups people are in now; the machine does it, whoever asked."""
    if not settings().group_roles:
        return
    for person_id in sorted(set(person_ids)):
        if session().scalar(select(Person.active).where(Person.id == person_id)):
            grants.apply(accounts.console(), person_id, scim.group_names(person_id), SOURCE)
