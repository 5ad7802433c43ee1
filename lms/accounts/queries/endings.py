"""Reading whose account ends by itself, and when."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from lms.accounts.models import Cohort, CohortMember, Person, RoleGrant, Team
from lms.accounts.queries.actors import is_live, teams_below, visible
from lms.accounts.rules.endings import SOON, Ending
from lms.core.access import Actor, Permission, Role
from lms.core.db import session
from lms.core.here import today


def ending(
    actor: Actor,
    until: date | None = None,
    *,
    permission: Permission = Permission.PERSON_READ,
    team_id: int | None = None,
    numbers: Sequence[str] | None = None,
) -> list[Ending]:
    """Return those of the actor's people whose account ends on or before a day, the first to end first.

    numbers: only these employees. Three statements.
    """
    newest = (
        select(CohortMember.person_id, func.max(CohortMember.cohort_id).label("cohort_id"))
        .where(CohortMember.left_on.is_(None))
        .group_by(CohortMember.person_id)
        .subquery()
    )
    statement = (
        select(
            Person.id,
            Person.employee_no,
            Person.name,
            Person.employment,
            Person.leaving_on,
            Team.name.label("team"),
            Cohort.name.label("cohort"),
        )
        .join(Team, Team.id == Person.team_id)
        .outerjoin(newest, newest.c.person_id == Person.id)
        .outerjoin(Cohort, Cohort.id == newest.c.cohort_id)
        .where(Person.active, Person.leaving_on.is_not(None), visible(actor, permission))
        .order_by(Person.leaving_on, Team.code, Person.employee_no)
    )
    if until is not None:
        statement = statement.where(Person.leaving_on <= until)
    if team_id is not None:
        statement = statement.where(Person.team_id.in_(teams_below([team_id])))
    if numbers is not None:
        statement = statement.where(Person.employee_no.in_(numbers))
    found: Sequence[Any] = session().execute(statement).all()
    roles: dict[int, set[Role]] = {row.id: set() for row in found}
    held = select(RoleGrant.person_id, RoleGrant.role).where(
        RoleGrant.person_id.in_(list(roles)), is_live(RoleGrant, today())
    )
    for person_id, role in session().execute(held) if found else ():
        roles[person_id].add(Role(role))
    return [
        Ending(
            person_id=row.id,
            employee_no=row.employee_no or "",
            name=row.name or "",
            team=row.team,
            employment=row.employment,
            leaving_on=row.leaving_on,
            roles=frozenset(roles[row.id]),
            cohort=row.cohort or "",
        )
        for row in found
    ]


def ending_soon(actor: Actor) -> int:
    """Return of how many of the actor's people the account ends within the next days."""
    statement = select(func.count(Person.id)).where(
        Person.active,
        Person.leaving_on <= today() + timedelta(days=SOON),
        visible(actor, Permission.PERSON_READ),
    )
    return session().scalar(statement) or 0
