"""Ownership of inspections: one's own, one's teams' for leads, everybody's for quality, directors and HR."""

from typing import Any

from tests.support.asked import Asked
from tests.support.make import as_actor
from tests.support.make_inspections import an_inspector, an_item, inspected

#            own mate mentor lead other trainer quality hr admin director
SEEN = "{0} 404 404 {1} 404 404 {1} {1} 404 {1}"
TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "performance.inspection"): Asked(SEEN.format(200, 200)),
    ("POST", "performance.appeal_inspection"): Asked("422 404 404 404 404 404 404 404 404 404"),
    ("POST", "performance.answer_appeal"): Asked("403 404 404 403 404 404 409 403 404 409"),
    ("GET", "performance.inspection_item"): Asked("403 403 403 403 403 403 200 403 403 403"),
    ("POST", "performance.inspection_item_change"): Asked("403 403 403 403 403 403 422 403 403 403"),
}


def furnish(house: Any) -> dict[str, Any]:
    """An inspection by somebody of another team, which its person may still appeal against."""
    item = an_item("承诺到货时间", actor=as_actor(house.people["quality"]))
    inspection = inspected(an_inspector(), house.own, item, conversation="C-own")
    return {"inspection_id": inspection.public_id, "check_item_id": item.public_id}
