"""Giving a duty by hand: whom it reaches is shown first, and is who gets it."""

import re
from datetime import timedelta

import pytest

from lms.assignments import queries
from lms.core.access import Role
from lms.core.here import today
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_duties import a_document, owes
from tests.support.pages import send


@pytest.fixture
def floor(world):
    root = a_team("总部")
    red, blue = a_team("红组", root), a_team("蓝组", root)
    return {
        "red": red,
        "blue": blue,
        "lead": a_person(Role.LEAD, team=red, name="组长"),
        "mine": a_person(team=red, name="组员"),
        "other": a_person(team=blue, name="别组"),
        "course": a_document("article", "新规则"),
    }


def give(client, floor, do="look", **values):
    filled = {"document": floor["name"], "team": str(floor["red"].id), "cohort": "", "due_on": "", "do": do} | values
    return send(client, "/assign", **filled)


@pytest.fixture
def lead(floor, client):
    sign_in(client, floor["lead"])
    floor["name"] = re.search(r'value="(article:[^"]+)"', client.get("/assign").text)[1]
    return client


def test_first_it_is_shown_whom_it_reaches_and_nothing_is_given(floor, lead):
    page = give(lead, floor).text
    assert "派给 2 人" in page
    assert "组员" in page
    assert "别组" not in page
    assert queries.duties(floor["mine"].id, today()) == []


def test_confirmed_it_is_given_to_exactly_those_with_the_due_day(floor, lead):
    due = today() + timedelta(days=5)
    answer = give(lead, floor, do="give", due_on=due.isoformat())
    assert answer.status_code == 302
    assert [duty.item.due_on for duty in queries.duties(floor["mine"].id, today())] == [due]
    assert queries.duties(floor["other"].id, today()) == []


def test_who_owes_it_already_is_said_apart(floor, lead):
    owes(floor["mine"], floor["course"], (floor["course"], None, False))
    assert "其中 1 人已经有这项任务" in give(lead, floor).text


def test_a_lead_can_not_name_the_team_of_another(floor, lead):
    answer = give(lead, floor, do="give", team=str(floor["blue"].id))
    assert answer.status_code == 422
    assert queries.duties(floor["other"].id, today()) == []


def test_without_a_team_or_an_intake_nobody_gets_it(floor, lead):
    answer = give(lead, floor, do="give", team="")
    assert answer.status_code == 422
    assert "请选团队或批次。" in answer.text


def test_a_due_day_in_the_past_is_refused_and_what_was_filled_in_stays(floor, lead):
    yesterday = (today() - timedelta(days=1)).isoformat()
    answer = give(lead, floor, do="give", due_on=yesterday)
    assert answer.status_code == 422
    assert "截止日不能早于今天。" in answer.text
    assert f'value="{yesterday}"' in answer.text


def test_an_agent_may_give_nothing(floor, client):
    sign_in(client, floor["mine"])
    assert client.get("/assign").status_code == 403
