"""Cycles, queues and rules of certificates over the API: as their pages do it, refused to whom they refuse it."""

from datetime import timedelta

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.learning.models import QueueRight, ServiceQueue
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_certificates import completes, held_by
from tests.support.make_content import a_document, a_lesson_text
from tests.support.make_rules import state_of


@pytest.fixture
def floor(client):
    root = a_team("公司")
    mine, theirs = a_team("甲", root), a_team("乙", root)
    people = {
        "trainer": a_person(Role.TRAINER, team=root),
        "lead": a_person(Role.LEAD, team=mine),
        "own": a_person(team=mine, no="A1"),
        "other": a_person(team=theirs, no="B1"),
    }
    lesson = a_document(as_actor(people["trainer"]), a_lesson_text("四季度的课"), kind="lesson", slug="q4")
    bearers = {}

    def call(who, method, path, body=None):
        if who not in bearers:
            with transaction():
                bearers[who] = make_token(as_actor(people[who]), label="")
        answer = client.open(
            f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {bearers[who]}"}
        )
        return answer.status_code, answer.get_json(silent=True)

    return call, lesson, mine, people


def fields(answer):
    return answer[0], sorted(answer[1]["error"]["fields"])


def ahead(days):
    return (today() + timedelta(days=days)).isoformat()


def test_a_cycle_is_drafted_planned_started_closed_and_noted(floor):
    call, lesson, mine, people = floor
    status, made = call("trainer", "POST", "/cycles", {"quarter": "2026Q4"})
    where = f"/cycles/{made['id']}"
    assert (status, made["state"]) == (201, "draft")
    assert call("trainer", "POST", "/cycles", {"quarter": "2026Q4"})[0] == 409
    plan = {
        "name": "四季度全员培训",
        "quarter": "2026Q4",
        "document": "lesson:q4",
        "starts_on": ahead(0),
        "due_on": ahead(30),
        "waves": [{"team": mine.code, "due_on": ahead(20)}],
        "target": 90,
    }
    changed = call("trainer", "PUT", where, plan)[1]
    assert (changed["document"], changed["people"], changed["target"]) == ("lesson:q4", 2, 90)
    assert changed["waves"] == [{"team": mine.code, "starts_on": ahead(0), "due_on": ahead(20)}]
    assert call("trainer", "GET", where)[1] == changed
    wrong = plan | {"document": "lesson:none", "waves": [{"team": "none"}]}
    assert fields(call("trainer", "PUT", where, wrong)) == (422, ["document", "waves"])
    assert fields(call("trainer", "PUT", where, plan | {"due_on": ahead(-1), "waves": []})) == (422, ["due_on"])
    assert fields(call("trainer", "PUT", where, plan | {"target": 101, "joiner_days": 0})) == (
        422,
        ["joiner_days", "target"],
    )
    assert call("trainer", "POST", where, {"act": "close"})[0] == 409
    assert state_of(people["own"], lesson) is None
    assert call("trainer", "POST", where, {"act": "start"}) == (200, {"state": "running"})
    assert [state_of(people[who], lesson) for who in ("own", "other")] == ["open", None]
    assert call("trainer", "PUT", where, plan)[0] == 409
    assert call("trainer", "POST", where, {"act": "close", "note": "赶上大促"}) == (200, {"state": "closed"})
    assert fields(call("trainer", "POST", where, {"act": "note"})) == (422, ["note"])
    assert call("trainer", "POST", where, {"act": "note", "note": "补记"})[0] == 200


def test_a_draft_without_a_course_is_not_started_and_may_be_dropped(floor):
    call, *_ = floor
    where = f"/cycles/{call('trainer', 'POST', '/cycles', {'quarter': '2027q1', 'like': 'plain'})[1]['id']}"
    assert fields(call("trainer", "POST", where, {"act": "start"})) == (422, ["document"])
    for asked in [("POST", "/cycles", {"quarter": "2027Q2"}), ("GET", where, None), ("POST", where, {"act": "drop"})]:
        assert call("lead", *asked)[0] == 403
    assert call("trainer", "POST", where, {"act": "drop"}) == (200, {"state": "dropped"})
    assert call("trainer", "GET", where)[0] == 404
    assert call("trainer", "POST", where, {"act": "start"})[0] == 404
    assert fields(call("trainer", "POST", "/cycles", {"quarter": "2027Q9"})) == (422, ["quarter"])


def test_a_queue_asks_for_a_document_and_a_word_stands_against_it(floor):
    call, lesson, _, people = floor
    status, made = call("trainer", "POST", "/queues", {"code": "refund", "name": "退款", "needs": ["lesson:q4"]})
    assert (status, made["needs"], made["closed"]) == (201, ["lesson:q4"], False)

    def may():
        session().expire_all()
        found = session().get(QueueRight, (people["own"].id, made["id"]))
        return found is not None and found.allowed

    assert not may()
    completes(people["own"], lesson.id)
    assert may()
    where = f"/queues/people/{people['own'].employee_no}"
    word = {"queue": "refund", "allowed": False, "until_on": ahead(2), "reason": "投诉未结"}
    status, said = call("lead", "POST", f"{where}/overrides", word)
    assert (status, may()) == (201, False)
    [one] = call("lead", "GET", where)[1]["items"]
    assert (one["queue"], one["allowed"], one["override"]["reason"]) == ("refund", False, "投诉未结")
    assert call("lead", "POST", f"{where}/overrides/{said['id']}/end")[0] == 204
    assert may()
    assert call("lead", "POST", f"{where}/overrides/{said['id']}/end")[0] == 409
    assert call("lead", "POST", f"{where}/overrides/999999999/end")[0] == 404
    assert fields(call("lead", "POST", f"{where}/overrides", word | {"queue": "none"})) == (422, ["queue"])
    assert fields(call("lead", "POST", f"{where}/overrides", word | {"reason": " ", "until_on": ahead(60)})) == (
        422,
        ["reason", "until_on"],
    )
    assert call("lead", "POST", f"/queues/people/{people['other'].employee_no}/overrides", word)[0] == 404
    assert call("trainer", "POST", f"{where}/overrides", word)[0] == 403
    change = {"name": "退款组", "needs": [], "closed": True}
    assert call("trainer", "PUT", f"/queues/{made['id']}", change)[1]["closed"] is True
    assert not may()
    assert [each["code"] for each in call("lead", "GET", "/queues")[1]["items"]] == ["refund"]


def test_what_is_wrong_with_a_queue_is_said_and_none_is_made(floor):
    call, *_ = floor
    assert fields(call("trainer", "POST", "/queues", {"code": "a b", "name": "退款"})) == (422, ["code"])
    assert fields(call("trainer", "POST", "/queues", {"code": "a", "name": "退款", "needs": ["quiz:none"]})) == (
        422,
        ["needs"],
    )
    assert call("lead", "POST", "/queues", {"code": "a", "name": "退款"})[0] == 403
    assert session().query(ServiceQueue).count() == 0
    call("trainer", "POST", "/queues", {"code": "a", "name": "退款"})
    assert call("trainer", "POST", "/queues", {"code": "a", "name": "退款"})[0] == 409
    assert call("trainer", "PUT", "/queues/999999999", {"name": "x"})[0] == 404


def test_a_certificate_is_planned_changed_and_given_to_who_was_first(floor):
    call, lesson, _, people = floor
    completes(people["own"], lesson.id)
    plan = {"document": "lesson:q4", "name": "四季度认证", "valid_days": 365, "renew_days": 30, "grace_days": 7}
    status, made = call("trainer", "POST", "/certificate-plans", plan)
    assert (status, made["active"], made["refresher"]) == (201, True, "")
    assert call("trainer", "GET", "/certificate-plans")[1]["items"] == [made]
    assert call("trainer", "POST", "/certificate-plans", plan)[0] == 409
    where = f"/certificate-plans/{made['id']}"
    assert held_by(people["own"]) == []
    assert call("trainer", "POST", f"{where}/issue", {}) == (200, {"given": 1})
    assert call("trainer", "POST", f"{where}/issue", {"since": "today"}) == (200, {"given": 0})
    assert len(held_by(people["own"])) == 1
    change = {"name": "四季度认证", "valid_days": 180, "renew_days": 20, "grace_days": 0}
    shown = call("trainer", "PUT", where, change | {"dry_run": True})[1]
    assert (shown["holders"], shown["done"]) == (1, False)
    assert call("trainer", "GET", "/certificate-plans")[1]["items"][0]["valid_days"] == 365
    assert call("trainer", "PUT", where, change | {"active": False})[1]["done"] is True
    assert call("trainer", "GET", "/certificate-plans")[1]["items"][0]["active"] is False
    assert fields(call("trainer", "PUT", where, change | {"renew_days": 180})) == (422, ["renew_days"])
    wrong = plan | {"document": "lesson:none", "refresher": "quiz:none"}
    assert fields(call("trainer", "POST", "/certificate-plans", wrong)) == (422, ["document", "refresher"])
    assert call("trainer", "PUT", f"/certificate-plans/{'0' * 32}", change)[0] == 404
    assert call("trainer", "POST", f"/certificate-plans/{'0' * 32}/issue", {})[0] == 404
    assert call("lead", "POST", "/certificate-plans", plan)[0] == 403
