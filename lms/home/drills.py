"""What the first screen says of team drills and of the measures that came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from lms.assignments.measures import MeasureRow, measures_to_check, own_measures
from lms.core import clock
from lms.core.access import Actor
from lms.core.here import settings, today
from lms.drills.queries.oversight import oversees
from lms.drills.queries.team import Own, Row, own_team_drills, running_team_drills
from lms.drills.team_words import window


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDrills:
    """own: those in which the person has to take part today, with how their window is said. running: of others."""

    own: Sequence[tuple[Own, str]]
    running: Sequence[Row]


def team_drills(actor: Actor) -> TeamDrills | None:
    """Return what is on today, None where nothing is."""
    now = clock.now()
    midnight = datetime.combine(today() + timedelta(days=1), time(), tzinfo=settings().timezone)
    own = [(each, window(each.opens_at, each.closes_at)) for each in own_team_drills(actor.id, now, midnight)]
    running = running_team_drills(actor, now) if oversees(actor) else []
    return TeamDrills(own=own, running=running) if own or running else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """own: to be done by the person; to_check: of which somebody has to say whether they worked."""

    own: Sequence[MeasureRow]
    to_check: Sequence[MeasureRow]


def measures(actor: Actor) -> Measures | None:
    """Return the measures that wait for the actor, None where none does."""
    day = today()
    own = own_measures(actor.id, day)
    to_check = measures_to_check(actor, day) if oversees(actor) else []
    return Measures(own=own, to_check=to_check) if own or to_check else None
