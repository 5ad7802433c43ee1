"""Ownership over the API of what studying offers beside one's own: sessions, cycles, queues, certificates, campaigns."""

from typing import Any

from tests.support.asked import Asked

#       own mate mentor lead other trainer quality hr admin director
MANAGES = "403 403 403 {0} 404 {0} 403 403 403 403"
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
}


def furnish(house: Any) -> dict[str, Any]:
    """What the pages name is there already."""
    return {}
