"""Rules and decisions over the API: shown first, then done to exactly those who were shown."""

import pytest

from lms.accounts.actions import make_token
from lms.assignments.models import Rule
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, a_quiz_text, a_trainer
from tests.support.make_rules import duty_of, state_of


@pytest.fixture
def floor(client):
    document = a_document(a_trainer(), a_quiz_text(), kind="quiz", slug="two")
    root = a_team("公司")
    mine, theirs = a_team("甲", root), a_team("乙", root)
    people = {
        "lead": a_person(Role.LEAD, team=mine),
        "trainer": a_person(Role.TRAINER, team=root),
        "agent": a_person(team=mine, no="A1", employment="temporary", position="客服"),
        "also": a_person(team=mine, no="A2", employment="temporary"),
        "other": a_person(team=theirs, no="B1", employment="temporary"),
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

    return call, document, mine, people


def fields(answer):
    return answer[0], sorted(answer[1]["error"]["fields"])


def wish(mine, **more):
    return {
        "document": "quiz:two",
        "name": "临时工",
        "audience": {"teams": [mine.code], "employment": ["temporary"]},
        "due": {"days": 7},
    } | more


def test_a_rule_is_shown_made_changed_and_stopped(floor):
    call, document, mine, people = floor
    status, shown = call("trainer", "POST", "/rules", wish(mine, dry_run=True))
    assert (status, shown["id"], shown["people"], shown["done"]) == (200, None, {"new": 2}, False)
    assert session().query(Rule).count() == 0
    status, made = call("trainer", "POST", "/rules", wish(mine, digest=shown["digest"]))
    assert (status, made["done"], made["applied"]) == (200, True, True)
    assert [state_of(people[who], document) for who in ("agent", "also", "other")] == ["open", "open", None]
    change = wish(mine, audience={"teams": [mine.code], "positions": ["客服"]})
    del change["document"]
    assert call("trainer", "PUT", f"/rules/{made['id']}", change)[1]["people"] == {"withdrawn": 1}
    assert state_of(people["also"], document) == "withdrawn"
    assert call("trainer", "POST", f"/rules/{made['id']}/stop", {"dry_run": True})[1]["people"] == {"withdrawn": 1}
    assert state_of(people["agent"], document) == "open"
    assert call("trainer", "POST", f"/rules/{made['id']}/stop", {})[1]["done"] is True
    assert state_of(people["agent"], document) == "withdrawn"
    assert call("trainer", "PUT", f"/rules/{made['id']}", change)[0] == 409


def test_what_is_wrong_with_a_rule_is_said_at_once_and_nothing_is_made(floor):
    call, _, mine, _ = floor
    audience = {
        "teams": ["none"],
        "positions": ["none"],
        "shops": ["none"],
        "lacks": ["none"],
        "hired_from": "2026-02-01",
        "hired_until": "2026-01-01",
        "expires": {"certificate": "none", "within": 30},
    }
    wrong = wish(mine, document="quiz:none", audience=audience, due={"days": 3, "workdays": 3})
    assert fields(call("trainer", "POST", "/rules", wrong)) == (
        422,
        [
            "audience.expires",
            "audience.hired_until",
            "audience.lacks",
            "audience.positions",
            "audience.shops",
            "audience.teams",
            "document",
            "due",
        ],
    )
    assert call("trainer", "POST", "/rules", wish(mine, audience={"roles": ["king"]}))[0] == 422
    assert call("trainer", "POST", "/rules", wish(mine, due={"days": 0}))[0] == 422
    assert call("trainer", "POST", "/rules", wish(mine, digest="0" * 16))[0] == 409
    assert call("lead", "POST", "/rules", wish(mine))[0] == 403
    change = {name: value for name, value in wish(mine).items() if name != "document"}
    assert call("trainer", "PUT", f"/rules/{'0' * 32}", change)[0] == 404
    assert call("trainer", "POST", f"/rules/{'0' * 32}/stop", {})[0] == 404
    assert session().query(Rule).count() == 0


def test_one_duty_is_exempted_extended_recognised_and_that_is_taken_back(floor):
    call, document, _, people = floor
    call("lead", "POST", "/assignments", {"document": "quiz:two", "people": ["A1"], "due_on": "2100-01-01"})
    duty = f"/duties/{duty_of(people['agent'], document).id}"
    why = {"reason": "产假", "category": "leave"}
    assert call("lead", "POST", duty, {"act": "exempt"} | why) == (200, {"changed": True})
    assert state_of(people["agent"], document) == "exempt"
    assert call("lead", "POST", duty, {"act": "exempt"} | why) == (200, {"changed": False})
    assert call("lead", "POST", duty, {"act": "unexempt"}) == (200, {"changed": True})
    assert call("lead", "POST", duty, {"act": "extend", "to": "2100-02-01", "reason": "停电"})[1]["changed"] is True
    assert call("lead", "POST", duty, {"act": "unextend"})[1]["changed"] is True
    assert call("lead", "POST", duty, {"act": "credit", "reason": "在老公司学过"})[1]["changed"] is True
    assert state_of(people["agent"], document) == "done"
    assert call("lead", "POST", duty, {"act": "uncredit", "reason": "看错人"})[1]["changed"] is True
    assert fields(call("lead", "POST", duty, {"act": "credit"})) == (422, ["reason"])
    assert fields(call("lead", "POST", duty, {"act": "exempt", "reason": "x"})) == (422, ["category"])
    assert fields(call("lead", "POST", duty, {"act": "extend", "reason": "x"})) == (422, ["to"])
    assert call("lead", "POST", "/duties/999999999", {"act": "unextend"})[0] == 404
    assert call("agent", "POST", duty, {"act": "unextend"})[0] == 403
    call("trainer", "POST", "/assignments", {"document": "quiz:two", "people": ["B1"]})
    foreign = duty_of(people["other"], document).id
    assert call("lead", "POST", f"/duties/{foreign}", {"act": "unextend"})[0] == 404


def test_many_are_told_or_exempted_once_they_were_seen(floor):
    call, document, mine, people = floor
    call("lead", "POST", "/assignments", {"document": "quiz:two", "people": ["A1", "A2"]})
    ask = {"act": "exempt", "team": mine.code, "document": "quiz:two", "category": "other", "reason": "换产品了"}
    status, seen = call("lead", "POST", "/duties/decisions", ask)
    assert (status, [each["employee_no"] for each in seen["people"]], seen["done"]) == (200, ["A1", "A2"], False)
    assert state_of(people["agent"], document) == "open"
    assert call("lead", "POST", "/duties/decisions", ask | {"digest": "0" * 16})[0] == 409
    assert call("lead", "POST", "/duties/decisions", ask | {"digest": seen["digest"]})[1]["done"] is True
    assert [state_of(people[who], document) for who in ("agent", "also")] == ["exempt", "exempt"]
    told = {"act": "message", "team": mine.code, "message": "明早 8 点换班", "without": ["A2"]}
    seen = call("lead", "POST", "/duties/decisions", told)[1]
    assert call("lead", "POST", "/duties/decisions", told | {"digest": seen["digest"]})[1]["done"] is True
    assert {person_id for (person_id,) in session().query(Notice.person_id)} >= {people["agent"].id}
    for wrong, where in [
        ({"act": "message", "team": mine.code}, ["message"]),
        ({"act": "extend", "team": mine.code}, ["document", "reason", "to"]),
        ({"act": "message", "message": "x", "team": "乙-none", "cohort": 999, "document": "quiz:none"}, None),
        ({"act": "message", "message": "x"}, ["team"]),
        ({"act": "reset", "team": mine.code}, ["act"]),
    ]:
        answer = fields(call("lead", "POST", "/duties/decisions", wrong))
        assert answer == (422, where or ["cohort", "document", "team"])
    assert call("agent", "POST", "/duties/decisions", told)[0] == 403
