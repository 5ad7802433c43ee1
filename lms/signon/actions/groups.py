"""Roles and teams by groups of the company: given with the group, taken back with it; what people gave stays."""

import logging
from collections.abc import Collection

from sqlalchemy import delete, or_, select

from lms.accounts import queries
from lms.accounts.actions import people
from lms.accounts.models import Person, RoleGrant, Team
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import insert_new, session
from lms.core.errors import Conflict, Invalid
from lms.core.here import settings, today
from lms.signon.models import SignonGrant
from lms.signon.rules.groups import Meant, difference, meant

log = logging.getLogger("lms.signon")


def what_is_meant(groups: Collection[str]) -> Meant:
    """Return what these groups give here."""
    teams = session().execute(select(Team.id, Team.code).where(Team.closed_on.is_(None))).all()
    return meant(groups, settings().group_roles, [(row.id, row.code) for row in teams], queries.root_id() or 0)


def apply(actor: Actor, person_id: int, groups: Collection[str], source: str) -> bool:
    """Bring somebody's roles and team to what the groups of a source give. Return whether anything was changed.

    A role that stands already without any group was given by a person and is never taken back here. The last
    administrator keeps the role, which is written down.
    """
    (person,) = people.lock([person_id])
    wanted, current = what_is_meant(groups), session()
    rows = current.execute(
        select(SignonGrant.source, SignonGrant.role, SignonGrant.team_id).where(SignonGrant.person_id == person_id)
    ).all()
    held = {(Role(row.role), row.team_id) for row in rows if row.source == source}
    others = {(Role(row.role), row.team_id) for row in rows if row.source != source}
    standing = _standing(person_id)
    changes = difference(wanted.grants, held)
    done = False
    for role, team_id in changes.given:
        pair = (role, team_id)
        if pair in standing and pair not in others:
            continue
        people.grant(actor, person_id, role, team_id)
        insert_new(
            SignonGrant,
            ("person_id", "source", "role", "team_id"),
            [{"person_id": person_id, "source": source, "role": role.value, "team_id": team_id, "at": clock.now()}],
        )
        done = True
    for role, team_id in changes.taken:
        if (role, team_id) in standing and (role, team_id) not in others:
            try:
                people.revoke(actor, person_id, standing[role, team_id])
            except Conflict:
                log.warning("the last administrator keeps the role although the group is gone")
                continue
        current.execute(
            delete(SignonGrant).where(
                SignonGrant.person_id == person_id,
                SignonGrant.source == source,
                SignonGrant.role == role.value,
                SignonGrant.team_id == team_id,
            )
        )
        done = True
    return _move(actor, person, wanted.team_id) or done


def _standing(person_id: int) -> dict[tuple[Role, int], int]:
    day = today()
    live = RoleGrant.from_on <= day, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day)
    found = session().execute(
        select(RoleGrant.id, RoleGrant.role, RoleGrant.team_id).where(RoleGrant.person_id == person_id, *live)
    )
    return {(Role(row.role), row.team_id): row.id for row in found}


def _move(actor: Actor, person: Person, team_id: int | None) -> bool:
    if team_id is None or person.team_id == team_id:
        return False
    try:
        people.move(actor, person.id, team_id, today())
    except Invalid as error:  # a stay that begins later: the plan of people is older than the group
        log.warning("not moved by a group: %s", error.message)
        return False
    return True
