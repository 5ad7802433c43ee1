"""Reading team drills: which one somebody is in now."""

from datetime import datetime

from sqlalchemy import bindparam, exists, select

from lms.core.db import rows
from lms.drills.models import Run, TeamDrill, TeamDrillPerson

_NOW = (
    select(TeamDrill.id)
    .join(TeamDrillPerson, TeamDrillPerson.team_drill_id == TeamDrill.id)
    .where(
        TeamDrill.document_id == bindparam("document_id"),
        TeamDrillPerson.person_id == bindparam("person_id"),
        TeamDrillPerson.excused == "",
        TeamDrill.cancelled_at.is_(None),
        TeamDrill.closed_at.is_(None),
        TeamDrill.opens_at <= bindparam("now"),
        TeamDrill.closes_at > bindparam("now"),
        ~exists().where(
            Run.team_drill_id == TeamDrill.id,
            Run.person_id == TeamDrillPerson.person_id,
            Run.state == "ended",
        ),
    )
    .order_by(TeamDrill.closes_at, TeamDrill.id)
    .limit(1)
)


def team_drill_now(person_id: int, document_id: int, now: datetime) -> int | None:
    """Return the team drill to which a run of this drill belongs if the person begins it now.

    It is open, the person takes part and has not ended a run in it; one that was given up may be begun again.
    """
    found: int | None = rows(_NOW, {"person_id": person_id, "document_id": document_id, "now": now}).scalar()
    return found
