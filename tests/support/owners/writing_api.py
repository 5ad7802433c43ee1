"""Ownership of what is voided, sent and given up over the API: by the same roles as on the pages."""

from typing import Any

from tests.support.asked import Asked, only_own

#         own mate mentor lead other trainer quality hr admin director
URGENT = "403 403 403 {0} 404 {0} {0} 403 403 {0}"
PLAN = "403 403 403 {0} 404 {0} {0} 403 403 403"
MEASURE = "{0} 404 404 {1} 404 {1} {1} 404 404 404"
WORK = {"what": "写话术", "owner": "nobody-at-all", "due_on": "2026-01-01"}
TRAINER = "403 403 403 403 403 {0} 403 403 403 403"
VOID = "403 403 403 403 403 204 403 403 403 204"

TABLE: dict[tuple[str, str], Asked] = {
    ("POST", "courseware_api.give_version"): Asked(TRAINER.format(422)),
    ("POST", "quizzes_api.void"): Asked(VOID, json={"reason": "代考"}),
    ("POST", "drills_api.void"): Asked(VOID, json={"reason": "账号给别人用了"}, at="done"),
    ("POST", "drills_api.give_up"): Asked(only_own(200), json={}, at="done"),
    ("POST", "drills_api.retry"): Asked(only_own(409), json={"scene": "开场"}, at="done"),
    ("POST", "drills_api.rescore"): Asked(TRAINER.format(422), json={}),
    ("GET", "kb_urgent_api.notice"): Asked(URGENT.format(200)),
    ("POST", "kb_urgent_api.extend"): Asked(URGENT.format(422), json={"until": "2026-01-01T00:00:00Z"}),
    ("PATCH", "drills_api.change_team_drill"): Asked(PLAN.format(422), json={"title": " "}),
    ("POST", "drills_api.cancel_team_drill"): Asked(PLAN.format(204), json={}),
    ("POST", "drills_api.excuse_person"): Asked(PLAN.format(204), json={"employee_no": "{number}", "reason": "产检"}),
    ("POST", "drills_api.add_measure"): Asked(PLAN.format(422), json=WORK),
    ("POST", "drills_api.finish_measure"): Asked(only_own(200), json={}),
    ("POST", "drills_api.check_measure"): Asked(MEASURE.format(403, 409), json={"verdict": "worked"}),
    ("POST", "drills_api.drop_measure"): Asked(MEASURE.format(403, 200), json={}),
    ("GET", "kb_gaps_api.gap"): Asked("403 403 403 403 403 200 200 403 403 200"),
    ("POST", "kb_gaps_api.act"): Asked(TRAINER.format(200), json={"act": "take"}),
    ("POST", "kb_urgent_api.withdraw"): Asked(URGENT.format(200), json={}),
}


def furnish(house: Any) -> dict[str, Any]:
    """The notice that the lead of `own` has sent, and a gap that `own` asked for."""
    return {"urgent_id": house.urgent, "gap_id": house.gap}
