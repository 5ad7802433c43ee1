"""Who is asked where somebody has to answer: everybody who holds a role, and the lead under whom a person works."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select

from lms.accounts.models import Person, RoleGrant, TeamPlace
from lms.accounts.queries.actors import is_live
from lms.accounts.queries.calendar import team_paths
from lms.core.access import Role
from lms.core.db import rows
from lms.core.here import today


def holds(role: Role, day: date) -> ColumnElement[bool]:
    """Return the condition that a Person holds a role on this day, on whatever team; without any grant, AGENT."""
    live = and_(RoleGrant.person_id == Person.id, is_live(RoleGrant, day))
    granted = exists().where(live, RoleGrant.role == role)
    return or_(granted, ~exists().where(live)) if role is Role.AGENT else granted


_TRAINERS = (
    select(Person.id)
    .join(RoleGrant, RoleGrant.person_id == Person.id)
    .where(Person.active, RoleGrant.role == Role.TRAINER, is_live(RoleGrant))
    .distinct()
    .order_by(Person.id)
)
_LEADS = (
    select(RoleGrant.team_id, RoleGrant.person_id)
    .join(Person, Person.id == RoleGrant.person_id)
    .where(
        Person.active,
        RoleGrant.role == Role.LEAD,
        is_live(RoleGrant),
        RoleGrant.person_id != bindparam("person_id"),
    )
    .order_by(RoleGrant.from_on.desc(), RoleGrant.id.desc())
)
_IN_OFFICE = (
    select(Person.id, Person.name, Person.employee_no)
    .join(RoleGrant, RoleGrant.person_id == Person.id)
    .where(
        Person.active,
        RoleGrant.role.in_((Role.TRAINER, Role.LEAD, Role.QUALITY, Role.DIRECTOR)),
        is_live(RoleGrant),
    )
    .distinct()
    .order_by(Person.name, Person.id)
)
_ALL_LEADS = (
    select(RoleGrant.team_id, RoleGrant.person_id)
    .join(Person, Person.id == RoleGrant.person_id)
    .where(Person.active, RoleGrant.role == Role.LEAD, is_live(RoleGrant))
    .order_by(RoleGrant.from_on.desc(), RoleGrant.id.desc())
)
_TEAMS = select(Person.id, Person.team_id).where(
    Person.id.in_(bindparam("ids", expanding=True)), Person.team_id.is_not(None)
)
_TEAM = select(Person.team_id).where(Person.id == bindparam("person_id"))
_PARENTS = select(TeamPlace.team_id, TeamPlace.parent_id).where(
    is_live(TeamPlace),
)


def trainers() -> list[int]:
    """Return the ids of everybody who is a trainer today, in order."""
    return list(rows(_TRAINERS, {"today": today()}).scalars())


def in_office() -> list[Any]:
    """Return id, name and number of every trainer, lead, inspector and director of today, by name."""
    return list(rows(_IN_OFFICE, {"today": today()}))


def lead_of(person_id: int) -> int | None:
    """Return who leads the team of a person, the last one where they have left; None where nobody does.

    Of several leads the one granted last; of a team without a lead, the lead of the team above.
    """
    day = today()
    team: int | None = rows(_TEAM, {"person_id": person_id}).scalar()
    leads: dict[int, int] = {}
    for row in rows(_LEADS, {"person_id": person_id, "today": day}):
        leads.setdefault(row.team_id, row.person_id)
    parents = {row.team_id: row.parent_id for row in rows(_PARENTS, {"today": day})} if leads else {}
    seen: set[int] = set()
    while team is not None and team not in leads and team not in seen:
        seen.add(team)
        team = parents.get(team)
    return leads.get(team) if team is not None else None


def leads_of(person_ids: Collection[int]) -> dict[int, int]:
    """Return who leads the team of each of these people, as `lead_of` does; who has no lead is left out."""
    if not person_ids:
        return {}
    day = today()
    leads: dict[int, list[int]] = {}
    for row in rows(_ALL_LEADS, {"today": day}):
        leads.setdefault(row.team_id, []).append(row.person_id)
    above = team_paths()
    found: dict[int, int] = {}
    for row in rows(_TEAMS, {"ids": sorted(person_ids)}):
        others = (lead for team in above(row.team_id) for lead in leads.get(team, ()) if lead != row.id)
        if (lead := next(others, None)) is not None:
            found[row.id] = lead
    return found
