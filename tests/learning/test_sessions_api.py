"""Live sessions over the API: planned, changed, filled, noted and closed as on their pages."""

from datetime import timedelta

import pytest

from lms.accounts.actions import make_token
from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, a_lesson_text
from tests.support.make_sessions import BEFORE, NOON

START, END = "2026-11-24T04:00:00Z", "2026-11-24T06:00:00Z"
CLASS = {"title": "售后案例", "kind": "class", "starts_at": START, "ends_at": END, "place": "3 楼"}


@pytest.fixture
def floor(client):
    root = a_team("公司")
    mine, theirs = a_team("甲", root), a_team("乙", root)
    people = {
        "lead": a_person(Role.LEAD, team=mine),
        "trainer": a_person(Role.TRAINER, team=root, no="T1"),
        "own": a_person(team=mine, no="A1"),
        "also": a_person(team=mine, no="A2"),
        "other": a_person(team=theirs, no="B1"),
    }
    bearers = {}

    def call(who, method, path, body=None):
        if who not in bearers:
            with transaction():
                bearers[who] = make_token(as_actor(people[who]), label="")
        answer = client.open(
            f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {bearers[who]}"}
        )
        return answer.status_code, answer.get_json(silent=True)

    with clock.frozen(BEFORE):
        yield call, mine, theirs, people


def fields(answer):
    return answer[0], sorted(answer[1]["error"]["fields"])


def test_a_session_is_planned_changed_copied_and_called_off(floor):
    call, mine, *_ = floor
    status, made = call("lead", "POST", "/sessions", CLASS | {"team": mine.code, "places": 1, "trainer": "T1"})
    assert (status, made["state"], made["starts_at"]) == (201, "planned", "2026-11-24T04:00:00.000Z")
    where = f"/sessions/{made['id']}"
    changed = call(
        "lead", "PUT", where, CLASS | {"team": mine.code, "place": "5 楼", "starts_at": "2026-11-24T12:30+08:00"}
    )
    assert (changed[1]["place"], changed[1]["starts_at"]) == ("5 楼", "2026-11-24T04:30:00.000Z")
    without_zone = call("lead", "PUT", where, CLASS | {"team": mine.code, "starts_at": "2026-11-24T04:40"})
    assert without_zone[1]["starts_at"] == "2026-11-24T04:40:00.000Z"  # read as UTC
    assert call("lead", "PUT", where, CLASS | {"starts_at": "1999-11-24T04:40"})[0] == 422
    call("lead", "PUT", where, CLASS | {"team": mine.code, "place": "5 楼", "starts_at": "2026-11-24T12:30+08:00"})
    assert call("own", "GET", where)[1]["people"] == []
    again = call("lead", "POST", f"{where}/copy", {"day": "2026-12-01"})
    assert (again[0], again[1]["starts_at"]) == (201, "2026-12-01T04:30:00.000Z")
    assert fields(call("lead", "POST", f"{where}/copy", {"day": "2026-11-24"})) == (422, ["day"])
    assert fields(call("lead", "POST", f"{where}/cancel", {"why": " "})) == (422, ["why"])
    assert call("lead", "POST", f"{where}/cancel", {"why": "讲师病了"})[1]["state"] == "cancelled"
    assert call("lead", "PUT", where, CLASS | {"team": mine.code})[0] == 409


def test_what_is_wrong_is_said_at_once_and_nothing_is_planned(floor):
    call, mine, theirs, _ = floor
    wrong = {"trainer": "none", "team": theirs.code, "document": "task:none"}
    assert fields(call("lead", "POST", "/sessions", CLASS | wrong)) == (422, ["document", "team", "trainer"])
    bad = {"title": "", "kind": "party", "starts_at": "soon", "places": 0}
    assert fields(call("lead", "POST", "/sessions", CLASS | bad)) == (422, ["kind", "places", "starts_at", "title"])
    assert fields(call("trainer", "POST", "/sessions", CLASS | {"place": "", "ends_at": START})) == (
        422,
        ["ends_at", "place"],
    )
    assert fields(call("lead", "POST", "/sessions", CLASS)) == (422, ["team"])
    assert call("own", "POST", "/sessions", CLASS | {"team": mine.code})[0] == 403
    assert call("trainer", "GET", "/sessions")[1]["items"] == []


def test_who_may_not_manage_it_is_answered_as_if_it_were_not_there(floor):
    call, _, theirs, _ = floor
    made = call("trainer", "POST", "/sessions", CLASS | {"team": theirs.code})[1]["id"]
    for name in (made, "0" * 32):
        where = f"/sessions/{name}"
        assert call("lead", "PUT", where, CLASS)[0] == 404
        assert call("lead", "POST", f"{where}/cancel", {"why": "x"})[0] == 404
        assert call("lead", "POST", f"{where}/copy", {"day": "2026-12-01"})[0] == 404
        assert call("lead", "POST", f"{where}/people", {"put": ["A1"]})[0] == 404
        assert call("own", "POST", f"{where}/seat", {"do": "enrol"})[0] == 404
        assert call("own", "POST", f"{where}/attendance", {})[0] == 404
        assert call("own", "GET", where)[0] == 404


def test_seats_are_taken_left_given_and_taken_away(floor):
    call, mine, *_ = floor
    where = "/sessions/" + call("lead", "POST", "/sessions", CLASS | {"team": mine.code, "places": 1})[1]["id"]
    assert call("own", "POST", f"{where}/seat", {"do": "enrol"}) == (200, {"seat": "enrolled"})
    assert call("also", "POST", f"{where}/seat", {"do": "enrol"}) == (200, {"seat": "waiting"})
    assert call("own", "POST", f"{where}/seat", {"do": "leave"}) == (200, {"seat": "cancelled"})
    assert call("also", "GET", where)[1]["seat"] == "enrolled"
    assert call("lead", "POST", f"{where}/people", {"put": ["A1", "A2"]}) == (200, {"seats": 0, "waiting": 1})
    assert call("lead", "POST", f"{where}/people", {"out": "A2"})[0] == 200
    seats = {each["employee_no"]: each["seat"] for each in call("lead", "GET", where)[1]["people"]}
    assert seats == {"A1": "enrolled", "A2": "cancelled"}
    assert fields(call("lead", "POST", f"{where}/people", {"put": ["A1", "B1"]})) == (422, ["put"])
    assert fields(call("lead", "POST", f"{where}/people", {"out": "none"})) == (422, ["out"])
    assert fields(call("lead", "POST", f"{where}/people", {})) == (422, ["put"])
    assert fields(call("own", "POST", f"{where}/seat", {"do": "dance"})) == (422, ["do"])


def test_attendance_is_noted_and_closing_completes_the_document(floor):
    call, mine, _, people = floor
    a_document(as_actor(people["trainer"]), a_lesson_text("退换货"), kind="lesson", slug="returns")
    body = CLASS | {"team": mine.code, "document": "lesson:returns"}
    where = "/sessions/" + call("lead", "POST", "/sessions", body)[1]["id"]
    call("lead", "POST", f"{where}/people", {"put": ["A1", "A2"]})
    came = {"employee_no": "A1", "state": "attended", "minutes": 60}
    assert call("lead", "POST", f"{where}/attendance", {"items": [came]})[0] == 409
    with clock.frozen(NOON + timedelta(hours=3)):
        wrong = [came | {"minutes": 121}, came | {"employee_no": "B1"}]
        assert fields(call("lead", "POST", f"{where}/attendance", {"items": wrong})) == (
            422,
            ["items.0.minutes", "items.1.employee_no"],
        )
        assert fields(call("lead", "POST", f"{where}/attendance", {"items": [came | {"state": "waiting"}]}))[0] == 422
        assert call("lead", "POST", f"{where}/attendance", {"items": [came]})[1] == {
            "changed": 1,
            "attended": None,
            "completed": 0,
        }
        assert call("lead", "POST", f"{where}/attendance", {"close": True})[1] == {
            "changed": 0,
            "attended": 1,
            "completed": 1,
        }
        one = call("lead", "GET", where)[1]
        assert (one["state"], {each["employee_no"]: each["seat"] for each in one["people"]}) == (
            "held",
            {"A1": "attended", "A2": "absent"},
        )
        assert call("lead", "POST", f"{where}/attendance", {"close": True})[1]["attended"] is None
