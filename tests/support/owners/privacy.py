"""Ownership of what is kept about a person: HR alone exports and erases."""

from typing import Any

from tests.support.asked import Asked

HR = "403 403 403 403 403 403 403 {0} 403 403"

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "records.privacy"): Asked(HR.format(200)),
    ("POST", "records.export"): Asked(HR.format(200)),
    ("POST", "records.erase"): Asked(HR.format(422)),
}


def furnish(house: Any) -> dict[str, Any]:
    return {}
