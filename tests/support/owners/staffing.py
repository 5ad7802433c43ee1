"""Ownership of staffing: a plan of the team of `own`, which its lead, the director, HR and the trainer see."""

from typing import Any

from lms.accounts.models import Team
from lms.core.db import session
from tests.support.asked import Asked
from tests.support.make import as_actor
from tests.support.make_staffing import a_staff_plan

#       own mate mentor lead other trainer quality hr admin director
READ = "403 403 403 200 404 200 403 200 403 200"
EDIT = "403 403 403 {0} 404 403 403 403 403 {0}"
GIVE = "403 403 403 {0} 404 {0} 404 403 403 403"

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "readiness.staff_plan"): Asked(READ),
    ("GET", "readiness.staff_what_if"): Asked(READ),
    ("GET", "readiness.edit_staffing"): Asked(EDIT.format(200)),
    ("POST", "readiness.change_staffing"): Asked(EDIT.format(422)),
    ("GET", "readiness.ask_discard_staffing"): Asked(EDIT.format(200)),
    ("POST", "readiness.discard_staffing"): Asked(EDIT.format(303)),
    ("GET", "readiness.import_days"): Asked(EDIT.format(200)),
    ("POST", "readiness.preview_days"): Asked(EDIT.format(422)),
    ("POST", "readiness.apply_days"): Asked(EDIT.format(409), {"key": "", "digest": ""}),
    ("GET", "readiness.forecast_days"): Asked(EDIT.format(200)),
    ("POST", "readiness.take_forecast"): Asked(EDIT.format(409), {"growth": "0"}),
    ("GET", "readiness.staff_training"): Asked(GIVE.format(200)),
    ("POST", "readiness.give_staff_training"): Asked(GIVE.format(409), {"digest": ""}),
}


def furnish(house: Any) -> dict[str, Any]:
    """Plan a peak of the team of `own`, with one day of it forecast."""
    lead = as_actor(house.people["lead"])
    team = session().get_one(Team, house.team_id)
    return {"staffing_id": a_staff_plan(team, 14_800, actor=lead).public_id}
