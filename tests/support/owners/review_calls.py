"""Ownership of what reviews, performance, readiness and reports offer over the API, as on the pages that do the same.

The things themselves are those of the pages: targets, awards, appraisals, inspections, scores, staffing.
"""

from typing import Any

from tests.support.asked import Asked

#      own mate mentor lead other trainer quality hr admin director
TARGET = "403 403 403 {0} 404 403 403 403 403 {0}"
OFFICE = "403 403 403 403 403 403 403 {0} 403 {0}"

PEAK = {
    "name": "双十一",
    "team": "none",
    "starts_on": "2026-11-01",
    "ends_on": "2026-11-13",
    "look_on": "2026-12-10",
    "version": 1,
}
FINDING = {"title": "爆仓", "from_on": "2026-11-13", "until_on": "2026-11-01"}
MEASURE = {"what": "补知识", "owner": "none", "due_on": "2026-12-01", "metric": "csat"}
TERMS = {"name": "满意之星", "words": "最高的三位", "what": "quality", "winners": 3, "begins": "none"}
BADGE = {"name": "首次满分", "how": "第一次满分", "mark": "满", "rule": "weeks", "threshold": 1}
DEDUCTION = {"item": "久等", "points": 2, "words": "十分钟没有回复", "from_on": "2020-01-01"}
CYCLE = {
    "name": "年末考核",
    "period": "none",
    "self_until": "2026-12-01",
    "supervisor_until": "2026-12-02",
    "calibrate_until": "2026-12-03",
    "sign_until": "2026-12-04",
}

STAFF_READ = "403 403 403 200 404 200 403 200 403 200"
GIVE = "403 403 403 {0} 404 {0} 404 403 403 403"
INSPECTOR = "403 403 403 403 403 403 {0} 403 403 403"
RATER = "403 403 403 403 403 {0} 403 {0} 403 403"
PLAN = {
    "name": " ",
    "team": "none",
    "from_on": "2026-12-01",
    "until_on": "2026-12-05",
    "base_orders": 1,
    "present": 1,
}
METRIC = {"name": "满意率", "direction": "up", "team_red_lines": {"none": 1}}
COMPETENCY = {"code": "x", "name": " ", "words": ["投诉"]}
FORMULA = {"name": "综合", "quarter": "none", "parts": [{"source": "quality", "weight": 100}]}

TABLE: dict[tuple[str, str], Asked] = {
    ("PUT", "reviews_api.change_peak"): Asked(TARGET.format(422), json=PEAK),
    ("POST", "reviews_api.close_peak"): Asked(TARGET.format(200), json={}),
    ("POST", "reviews_api.reopen_peak"): Asked(TARGET.format(200), json={}),
    ("POST", "reviews_api.add_finding"): Asked(TARGET.format(422), json=FINDING),
    ("PUT", "reviews_api.change_finding"): Asked(TARGET.format(422), json=FINDING),
    ("POST", "reviews_api.drop_finding"): Asked(TARGET.format(200), json={}),
    ("POST", "reviews_api.add_measure"): Asked(TARGET.format(422), json=MEASURE),
    ("PUT", "reviews_api.change_award_rule"): Asked(OFFICE.format(422), json=TERMS),
    ("POST", "reviews_api.switch_award_rule"): Asked(OFFICE.format(200), json={"active": False}),
    ("POST", "reviews_api.propose_award"): Asked(OFFICE.format(201), json={"period": "2026Q1"}),
    ("POST", "reviews_api.withdraw_award"): Asked(OFFICE.format(204), json={"reason": "复核有误"}),
    ("PUT", "reviews_api.change_badge"): Asked(OFFICE.format(200), json=BADGE),
    ("POST", "reviews_api.act_on_badge"): Asked(OFFICE.format(200), json={"act": "stop"}),
    ("PUT", "reviews_api.change_deduction_rule"): Asked(OFFICE.format(422), json=DEDUCTION),
    ("POST", "reviews_api.end_deduction_rule"): Asked(OFFICE.format(200), json={}),
    ("PUT", "reviews_api.change_appraisal_cycle"): Asked(OFFICE.format(422), json=CYCLE),
    ("POST", "reviews_api.begin_appraisal_cycle"): Asked(OFFICE.format(200), json={}),
    ("POST", "reviews_api.act_on_appraisal_cycle"): Asked(OFFICE.format(200), json={"act": "remind"}),
    ("GET", "readiness_api.staff_plan"): Asked(STAFF_READ),
    ("PUT", "readiness_api.change_staffing"): Asked(TARGET.format(422), json=PLAN),
    ("POST", "readiness_api.discard_staffing"): Asked(TARGET.format(204), json={}),
    ("GET", "readiness_api.staff_forecast"): Asked(TARGET.format(200)),
    ("POST", "readiness_api.take_forecast"): Asked(TARGET.format(409), json={"seen": ""}),
    ("GET", "readiness_api.staff_training"): Asked(GIVE.format(200)),
    ("POST", "readiness_api.give_staff_training"): Asked(GIVE.format(409), json={"seen": ""}),
    ("PUT", "performance_api.change_metric"): Asked(OFFICE.format(422), json=METRIC),
    ("POST", "performance_api.act_on_metric"): Asked(OFFICE.format(200), json={"act": "off"}),
    ("PUT", "performance_api.change_check_item"): Asked(INSPECTOR.format(422), json={"name": " "}),
    ("PUT", "performance_api.change_competency"): Asked(RATER.format(422), json=COMPETENCY),
    ("POST", "performance_api.act_on_competency"): Asked(RATER.format(200), json={"act": "stop"}),
    ("GET", "performance_api.formula"): Asked("200 " * 10),
    ("PUT", "performance_api.change_formula"): Asked(OFFICE.format(422), json=FORMULA),
    ("POST", "performance_api.drop_formula"): Asked(OFFICE.format(409), json={}),
    ("POST", "robots_api.act"): Asked("403 403 403 403 403 403 403 403 200 403", json={"act": "off"}),
}


def furnish(house: Any) -> dict[str, Any]:
    """Nothing of its own."""
    return {}
