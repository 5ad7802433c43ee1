"""Team drills and who takes part in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lms.accounts.models import Team
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.drills import jobs
from lms.drills.actions import team
from lms.drills.actions.team import Wanted
from lms.drills.models import TeamDrill, TeamDrillPerson

HOUR = timedelta(hours=1)


def wanted(document: Document, teams: Sequence[Team], opens_at: datetime | None = None, **more: Any) -> Wanted:
    """Return what a team drill of two hours is to be, from now on."""
    opens_at = opens_at or clock.now()
    values: dict[str, Any] = {
        "title": "爆仓演练",
        "incident": "overflow",
        "team_ids": tuple(each.id for each in teams),
        "closes_at": opens_at + 2 * HOUR,
        **more,
    }
    return Wanted(document_id=document.id, opens_at=opens_at, **values)


def a_team_drill(actor: Actor, document: Document, *teams: Team, **more: Any) -> TeamDrill:
    """Make a team drill and take in who takes part."""
    with transaction():
        made = team.make(actor, wanted(document, teams, **more))
        number = made.id
    jobs.keep_in_step(number)
    return session().get_one(TeamDrill, number)


def people_of(row: TeamDrill) -> set[int]:
    """Return who is in it."""
    found = session().query(TeamDrillPerson.person_id).filter_by(team_drill_id=row.id)
    return {person_id for (person_id,) in found}
