"""Builders of plans of staff before a peak, by the actions that make them in life."""

from datetime import timedelta
from typing import Any

from lms.accounts.models import Team
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.readiness.actions import staffing as acts
from lms.readiness.actions.staffing import Draft
from lms.readiness.models import StaffPlan
from lms.readiness.rules.need import Formula, Volume
from tests.support.make import an_actor


def a_draft(team_id: int, **changes: Any) -> Draft:
    """Return what a plan like that of 年货节 asks for: 44 people, 6,200 orders a day."""
    values: dict[str, Any] = {
        "name": "年货节",
        "team_id": team_id,
        "from_on": today() + timedelta(days=40),
        "until_on": today() + timedelta(days=49),
        "base_orders": 6_200,
        "present": 44,
        "formula": Formula(),
    }
    return Draft(**(values | changes))


def a_staff_plan(team: Team, *orders: int, actor: Actor | None = None, **changes: Any) -> StaffPlan:
    """Return a plan of a team. orders: of its first days."""
    actor = actor or an_actor(Role.DIRECTOR)
    draft = a_draft(team.id, **changes)
    with transaction():
        made = acts.make(actor, draft)
        volumes = {draft.from_on + timedelta(days=n): Volume(orders=count) for n, count in enumerate(orders)}
        if volumes:
            session().flush()
            acts.set_days(actor, made.public_id, volumes)
    return made
