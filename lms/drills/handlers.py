"""What the drills do when something else happens; rooms.py subscribes it."""

from lms.drills.actions import team_duties
from lms.drills.events import DrillScored


def on_scored(fact: DrillScored) -> None:
    """Whoever ends a run of a team drill has taken part in it."""
    if not fact.again:
        team_duties.took_part(fact.run_id, fact.at)
