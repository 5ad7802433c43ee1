"""The pages of rules: what is shown before saving is what is applied; who may not, gets no page."""

import re

import pytest

from lms.assignments.models import Rule
from lms.core.access import Role
from lms.core.db import session
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_duties import a_document
from tests.support.make_rules import a_rule, state_of
from tests.support.pages import send


@pytest.fixture
def floor(world, client):
    team = a_team("退款组")
    found = {
        "team": team,
        "trainer": a_person(Role.TRAINER, name="讲师", team=team),
        "agent": a_person(team=team, name="小退", employment="temporary"),
        "article": a_document("article", "退款新规"),
    }
    sign_in(client, found["trainer"])
    return found


def fill(client, floor, path="/rules/new", **values):
    filled = {"document": str(floor["article"].id), "employment": ["temporary"], "due": "", "do": "look"} | values
    return send(client, path, "/rules/new", **filled)


def digest(page):
    return re.search(r'name="digest" value="([0-9a-f]+)"', page.text)[1]


def test_the_list_says_what_comes_first(floor, client):
    assert "建第一条规则" in client.get("/rules").text


def test_first_it_is_shown_whom_it_reaches_and_nothing_is_given(floor, client):
    page = fill(client, floor)
    assert "新增 1 人，取消 0 人，0 人已完成" in page.text
    assert "小退" in page.text
    assert (session().query(Rule).count(), state_of(floor["agent"], floor["article"])) == (0, None)


def test_what_was_shown_is_applied(floor, client):
    seen = digest(fill(client, floor))
    answer = fill(client, floor, do="save", digest=seen, name="退款组新规")
    assert answer.status_code == 303
    assert state_of(floor["agent"], floor["article"]) == "open"
    assert "退款组新规" in client.get("/rules").text


def test_a_plan_that_has_changed_since_is_shown_again(floor, client):
    seen = digest(fill(client, floor))
    a_person(team=floor["team"], employment="temporary")
    page = fill(client, floor, do="save", digest=seen)
    assert page.status_code == 200
    assert "和刚才看到的不一样了" in page.text
    assert session().query(Rule).count() == 0


def test_a_change_that_takes_is_shown_by_name_before_it_is_saved(floor, client):
    rule = a_rule(floor["article"], employment=("temporary",))
    page = fill(client, floor, f"/rules/{rule.public_id}", employment=["intern"])
    assert "新增 0 人，取消 1 人" in page.text
    saved = fill(client, floor, f"/rules/{rule.public_id}", employment=["intern"], do="save", digest=digest(page))
    assert (saved.status_code, state_of(floor["agent"], floor["article"])) == (303, "withdrawn")


def test_stopping_says_what_it_does_and_does_it(floor, client):
    rule = a_rule(floor["article"], employment=("temporary",))
    path = f"/rules/{rule.public_id}/stop"
    assert "1 人还没开始学，收回。" in client.get(path).text
    assert send(client, path).status_code == 303
    assert state_of(floor["agent"], floor["article"]) == "withdrawn"
    assert "已停用" in client.get("/rules?stopped=1").text


def test_a_due_plan_without_its_number_is_refused_at_its_field(floor, client):
    page = fill(client, floor, due="workdays")
    assert page.status_code == 422
    assert "写多少天。" in page.text


def test_the_script_is_answered_with_the_same_preview(floor, client):
    page = send(client, "/rules/preview", "/rules/new", document=str(floor["article"].id), due="", tags=[])
    assert "新增 2 人" in page.text
    assert "所有在岗的人" in page.text


def test_a_rule_of_a_document_is_shown_and_changed_elsewhere(floor, client):
    rule = a_rule(floor["article"], source="document", positions=("客服",), hired_within=60)
    assert "由培训计划里的岗位决定" in client.get(f"/rules/{rule.public_id}").text
    assert fill(client, floor, f"/rules/{rule.public_id}").status_code == 409


def test_an_agent_has_no_such_page(floor, client):
    sign_in(client, floor["agent"])
    assert client.get("/rules").status_code == 403
