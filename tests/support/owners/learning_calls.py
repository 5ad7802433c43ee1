"""Ownership over the API of what studying offers beside one's own: sessions, cycles, queues, certificates, campaigns."""

from typing import Any

from tests.support.asked import Asked

#       own mate mentor lead other trainer quality hr admin director
MANAGES = "403 403 403 {0} 404 {0} 403 403 403 403"
CERTIFIES = "403 403 403 403 403 {0} 403 {0} 403 403"
QUEUE = "403 403 403 403 403 {0} 403 403 {0} 403"
WORD = "403 403 403 {0} 404 403 403 403 403 {0}"
CYCLE = "403 403 403 403 403 {0} 403 403 403 403"
QUARTER = {"name": "x", "quarter": "2026Q4", "starts_on": "2026-10-01", "due_on": "2026-12-01"}
SPEAKS = {"queue": "none", "allowed": True, "until_on": "2100-01-01", "reason": "x"}
TEACHES = "403 403 403 403 403 {0} 403 403 403 403"
PEAK = {
    "name": "x",
    "team": "none",
    "starts_on": "2100-01-01",
    "ends_on": "2100-01-02",
    "ready_on": "2100-01-01",
    "documents": [],
}
ASKS = {"title": "x", "questions": [{"type": "choice", "text": "x"}]}
BACKWARDS = {
    "title": "x",
    "kind": "class",
    "place": "x",
    "starts_at": "2100-01-01T00:00:00Z",
    "ends_at": "2100-01-01T00:00:00Z",
}

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "learning_api.session_one"): Asked("200 200 200 200 404 200 404 404 404 404"),
    ("PUT", "learning_api.change_session"): Asked(MANAGES.format(422), json=BACKWARDS),
    ("POST", "learning_api.cancel_session"): Asked(MANAGES.format(422), json={"why": " "}),
    ("POST", "learning_api.copy_session"): Asked(MANAGES.format(422), json={"day": "2000-01-01"}),
    ("POST", "learning_api.put_people"): Asked(MANAGES.format(422), json={}),
    ("POST", "learning_api.note_attendance"): Asked("404 404 404 200 404 200 404 404 404 404", json={}),
    ("POST", "learning_api.seat"): Asked("200 200 200 200 404 404 404 404 404 404", json={"do": "enrol"}),
    ("GET", "learning_api.cycle_plan"): Asked(CYCLE.format(200)),
    ("PUT", "learning_api.change_cycle"): Asked(CYCLE.format(409), json=QUARTER),
    ("POST", "learning_api.act_on_cycle"): Asked(CYCLE.format(409), json={"act": "start"}),
    ("PUT", "learning_api.change_queue"): Asked(QUEUE.format(200), json={"name": "退款"}),
    ("GET", "learning_api.queue_person"): Asked(WORD.format(200)),
    ("POST", "learning_api.override"): Asked(WORD.format(422), json=SPEAKS),
    ("POST", "learning_api.end_override"): Asked(WORD.format(204), json={}),
    ("PUT", "learning_api.change_plan"): Asked(CERTIFIES.format(200), json={"name": "认证"}),
    ("POST", "learning_api.issue_plan"): Asked(CERTIFIES.format(200), json={}),
    ("GET", "learning_api.campaign"): Asked("403 403 404 200 404 200 200 200 403 200"),
    ("PUT", "learning_api.change_campaign"): Asked(MANAGES.format(422), json=PEAK),
    ("POST", "learning_api.act_on_campaign"): Asked(MANAGES.format(409), json={"act": "stop"}),
    ("GET", "learning_api.survey"): Asked(CERTIFIES.format(200)),
    ("PUT", "learning_api.change_survey"): Asked(CERTIFIES.format(422), json=ASKS),
    ("POST", "learning_api.stop_survey"): Asked(CERTIFIES.format(200), json={}),
    ("POST", "learning_api.support_idea"): Asked("409 " + "204 " * 9, json={"want": True}),
    ("POST", "learning_api.answer_idea"): Asked(TEACHES.format(422), json={"state": "done"}),
}


def furnish(house: Any) -> dict[str, Any]:
    """What the pages name is there already."""
    return {}
