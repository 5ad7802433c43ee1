"""Ownership of people over the API: who looks after somebody reads, HR and administrators write."""

from typing import Any

from lms.accounts.models import Team
from lms.core.db import session
from tests.support.asked import Asked

READS = "403 403 200 200 404 200 200 200 200 200"
EDITS = "403 403 403 403 403 403 403 {0} {0} 403"

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "accounts_api.person"): Asked(READS),
    ("GET", "accounts_api.roles"): Asked(READS),
    ("PATCH", "accounts_api.change"): Asked(EDITS.format(200), json={"position": "客服"}),
    ("POST", "accounts_api.move"): Asked(EDITS.format(422), json={"team": "none", "from_on": "2026-12-01"}),
    ("PUT", "accounts_api.set_shops"): Asked(EDITS.format(200), json={"shops": []}),
    ("PUT", "accounts_api.put_tags"): Asked(EDITS.format(200), json={"tags": ["夜班"]}),
    ("PUT", "accounts_api.set_mentor"): Asked(EDITS.format(200), json={"mentor": None}),
    ("POST", "accounts_api.close"): Asked(EDITS.format(200), json={}),
    ("POST", "accounts_api.reopen"): Asked(EDITS.format(409), json={}),
    ("POST", "accounts_api.end_sessions"): Asked(EDITS.format(204), json={}),
    ("POST", "accounts_api.grant"): Asked(EDITS.format(422), json={"role": "lead", "team": "none"}),
    ("POST", "accounts_api.revoke"): Asked(EDITS.format(200), json={}),
    ("PATCH", "accounts_api.change_team"): Asked(EDITS.format(200), json={"name": "售后一组"}),
    ("POST", "accounts_api.close_team"): Asked(EDITS.format(409), json={}),
    ("POST", "integrations_api.act"): Asked("403 403 403 403 403 403 403 403 200 403", json={"act": "off"}),
    ("PUT", "integrations_api.change"): Asked(
        "403 403 403 403 403 403 403 403 422 403", json={"name": "x", "url": "x"}
    ),
    ("POST", "learning_api.revoke_certificate"): Asked("403 403 403 403 403 422 403 422 403 403", json={"reason": ""}),
}


def furnish(house: Any) -> dict[str, Any]:
    """The team of 阿南 has a code."""
    return {"team_code": session().get_one(Team, house.team_id).code}
