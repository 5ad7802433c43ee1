"""Ownership over the API of rules and of deciding about a duty, as the pages have it."""

from typing import Any

from tests.support.asked import Asked

#       own mate mentor lead other trainer quality hr admin director
RULE = "403 403 403 403 403 {0} 403 {0} 403 403"
EVERYBODY: dict[str, Any] = {"audience": {}, "due": {}}

TABLE: dict[tuple[str, str], Asked] = {
    ("PUT", "assignments_api.change_rule"): Asked(RULE.format(200), json=EVERYBODY),
    ("POST", "assignments_api.stop_rule"): Asked(RULE.format(200), json={}),
    ("POST", "assignments_api.decide"): Asked("403 403 403 200 404 200 403 200 403 403", json={"act": "unextend"}),
}


def furnish(house: Any) -> dict[str, Any]:
    """What the pages name is there already."""
    return {}
