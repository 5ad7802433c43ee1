"""Ownership over the API of intakes, patterns of working days, silent times and leave, as the pages have it."""

from typing import Any

from tests.support.asked import Asked

#       own mate mentor lead other trainer quality hr admin director
COHORT = "403 403 403 403 403 {0} 403 {0} {0} 403"
ROSTER = "403 403 403 {0} 404 {0} 403 {0} {0} 403"
WISH = {"name": "批次", "starts_on": "2026-12-01"}
NOBODY = {"items": [{"employee_no": "none", "mentor": None}]}

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "accounts_api.cohort"): Asked("403 403 200 200 404 200 200 200 200 200"),
    ("PUT", "accounts_api.change_cohort"): Asked(COHORT.format(200), json=WISH),
    ("POST", "accounts_api.add_members"): Asked(COHORT.format(422), json={"people": ["none"]}),
    ("PUT", "accounts_api.set_mentors"): Asked(COHORT.format(422), json=NOBODY),
    ("POST", "accounts_api.remove_member"): Asked(COHORT.format(204), json={}),
    ("POST", "accounts_api.stop_pattern"): Asked(ROSTER.format(204), json={}),
    ("POST", "accounts_api.end_leave"): Asked(ROSTER.format(422), json={"last_day": "2100-01-01"}),
    ("POST", "accounts_api.remove_freeze"): Asked("403 403 403 403 403 204 403 204 204 403", json={}),
}


def furnish(house: Any) -> dict[str, Any]:
    """What the pages name is there already."""
    return {}
