"""Ownership of figures: who leads, inspects or manages reads them; who leads or manages writes them."""

from typing import Any

from tests.support.asked import Asked
from tests.support.make import as_actor
from tests.support.make_kpis import figure

EDITS = "403 403 403 403 403 403 403 200 403 200"

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "performance.kpi_person"): Asked("403 403 403 200 404 403 200 200 403 200"),
    ("POST", "performance.kpi_correct"): Asked(
        "403 403 403 303 404 403 403 303 403 303",
        form={"metric": "csat", "period": "2020-10", "value": "88", "count": "20", "reason": "系统补数"},
    ),
    ("GET", "performance.metric_edit"): Asked(EDITS),
    ("POST", "performance.metric_save"): Asked(
        EDITS.replace("200", "303"), form={"name": "满意度", "direction": "up", "red_line": "80"}
    ),
}


def furnish(house: Any) -> dict[str, Any]:
    """阿南 has a satisfaction of a month."""
    figure(as_actor(house.people["hr"]), house.own.id, "csat", "2020-10", 77.8, 9)
    return {"metric_code": "csat"}
