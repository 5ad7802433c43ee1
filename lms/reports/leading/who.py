"""Whom a page of a lead is about: the people whom the actor may see, of one team and below where one is asked for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement

from lms.accounts.models import Person
from lms.accounts.queries import TeamRow, holds, teams_below, teams_within, visible
from lms.core.access import Actor, Permission, Role
from lms.core.here import today


def teams(actor: Actor) -> list[TeamRow]:
    """Return the open teams whose people the actor sees, in the order of the tree."""
    return teams_within(actor, Permission.REPORT_READ)


def team_of(actor: Actor, code: str) -> TeamRow | None:
    """Return the team of a code among those the actor sees; None for any other, so that it filters nothing away."""
    return next((team for team in teams(actor) if team.code == code), None) if code else None


def people(
    actor: Actor, team_id: int | None = None, permission: Permission = Permission.REPORT_READ
) -> list[ColumnElement[bool]]:
    """Return the conditions on Person."""
    found: list[ColumnElement[bool]] = [Person.active.is_(True), visible(actor, permission)]
    if team_id is not None:
        found.append(Person.team_id.in_(teams_below([team_id])))
    return found


def agents(actor: Actor, team_id: int | None = None) -> Sequence[Any]:
    """Return the same for who serves customers: leads, trainers and offices are left out."""
    return [*people(actor, team_id), holds(Role.AGENT, today())]
