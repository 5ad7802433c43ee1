"""Ownership of composites: formulas are the company's; a score is the person's own, the lead's, HR's and the director's."""

from typing import Any

from lms.core.db import transaction
from lms.core.here import today
from lms.performance.actions import score_export
from lms.performance.rules.periods import Grain, period_of
from tests.support.asked import Asked
from tests.support.make import as_actor
from tests.support.make_kpis import figure
from tests.support.make_scores import a_formula, computed

#      own mate mentor lead other trainer quality hr admin director
EDIT = "403 403 403 403 403 403 403 {0} 403 {0}"
SCORE = "{0} 404 404 {0} 404 404 404 {0} 404 {0}"
ANYBODY = "200 200 200 200 200 200 200 200 200 200"

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "performance.formula"): Asked(ANYBODY),
    ("POST", "performance.formula_confirm"): Asked("303 303 303 404 404 404 404 404 404 404"),
    ("POST", "performance.formula_publish"): Asked(EDIT.format(409)),
    ("GET", "performance.formula_edit"): Asked(EDIT.format(200)),
    ("POST", "performance.formula_save"): Asked(EDIT.format(422), form={"do": "try"}),
    ("GET", "performance.formula_review"): Asked(EDIT.format(200)),
    ("POST", "performance.formula_reviewed"): Asked(EDIT.format(422)),
    ("GET", "performance.score"): Asked(SCORE.format(200)),
    ("GET", "performance.score_file"): Asked(EDIT.format(200)),
    ("GET", "performance_api.agent_profile"): Asked(SCORE.format(200)),
}


def furnish(house: Any) -> dict[str, Any]:
    """A formula binds everybody, 阿南 has a score by it, and a night's file was written."""
    hr = as_actor(house.people["hr"])
    quarter = str(period_of(today(), Grain.QUARTER))
    formula_id = a_formula(hr, quarter)
    figure(hr, house.own.id, "csat", quarter, 77.8, 9)
    computed(quarter)
    with transaction():
        score_export.switch(hr, active=True)
    name = f"composites-{quarter}-{today().isoformat()}.csv"
    score_export.folder().mkdir(parents=True, exist_ok=True)
    (score_export.folder() / name).write_text("employee_no\n", encoding="utf-8")
    return {"formula_id": formula_id, "score_period": quarter, "score_file": name}
