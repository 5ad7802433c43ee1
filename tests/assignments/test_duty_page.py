"""为什么要学: the reasons in words, which one decides the day, and what may be decided by whom."""

from datetime import date, timedelta

import pytest

from lms.accounts.models import Person
from lms.assignments import actions
from lms.assignments.due_plans import DuePlan
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.here import today
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_duties import a_document
from tests.support.make_rules import a_rule, duty_of, state_of, stopped
from tests.support.pages import token


@pytest.fixture
def floor(world):
    root = a_team("总部")
    team = a_team("退款组", root)
    found = {
        "team": team,
        "lead": a_person(Role.LEAD, team=team, name="组长"),
        "other": a_person(Role.LEAD, team=a_team("别组", root), name="别组长"),
        "hr": a_person(Role.HR, team=root, name="人事"),
        "agent": a_person(team=team, name="小退"),
        "article": a_document("article", "退款新规"),
    }
    found["rule"] = a_rule(found["article"], name="退款必学", teams=(team.id,), due=DuePlan(on=date(2031, 12, 15)))
    found["id"] = duty_of(found["agent"], found["article"]).id
    return found


def page(client, floor, who):
    sign_in(client, floor[who])
    return client.get(f"/duties/{floor['id']}")


def decide(client, floor, who="lead", **values):
    sign_in(client, floor[who])
    values["csrf_token"] = token(client, "/me")
    return client.post(f"/duties/{floor['id']}", data=values)


def test_the_learner_reads_why_and_by_which_reason_the_day_is(floor, client):
    shown = page(client, floor, "agent").text
    assert "规则“退款必学”" in shown
    assert "由“为什么”里最早的一条决定：规则“退款必学”，要求 2031年12月15日。" in shown
    assert "处理" not in shown


def test_what_was_given_by_hand_says_by_whom_and_the_earliest_reason_decides(floor, client):
    with transaction():
        actions.assign(as_actor(floor["lead"]), [floor["agent"].id], floor["article"].id, due_on=date(2031, 1, 9))
    shown = page(client, floor, "agent").text
    assert "由“为什么”里最早的一条决定：组长 派的，要求 2031年1月9日。" in shown


def test_a_strange_lead_does_not_learn_that_there_is_such_a_duty(floor, client):
    assert page(client, floor, "other").status_code == 404
    assert decide(client, floor, "other", act="extend").status_code == 404


def test_a_learner_decides_nothing(floor, client):
    assert decide(client, floor, "agent", act="credit", reason="我会").status_code == 403


def test_an_exemption_shows_its_reason_to_the_learner_and_its_category_to_hr_only(floor, client):
    answer = decide(client, floor, act="exempt", category="leave", reason="回来再学")
    assert answer.status_code == 303
    assert state_of(floor["agent"], floor["article"]) == "exempt"
    seen = {who: page(client, floor, who).text for who in ("agent", "lead", "hr")}
    assert all("回来再学" in shown for shown in seen.values())
    assert ["休假" in seen[who] for who in ("agent", "lead", "hr")] == [False, False, True]


def test_an_exemption_can_be_ended_on_the_page(floor, client):
    decide(client, floor, act="exempt", category="leave", reason="回来再学")
    assert "结束豁免" in page(client, floor, "lead").text
    decide(client, floor, act="unexempt")
    assert state_of(floor["agent"], floor["article"]) == "open"


def test_a_recognition_says_who_and_why_and_can_be_voided(floor, client):
    decide(client, floor, act="credit", reason="总部已考过")
    shown = page(client, floor, "agent").text
    assert "由人认定为已完成" in shown
    assert "总部已考过" in shown
    decide(client, floor, act="uncredit", reason="看错了")
    shown = page(client, floor, "agent").text
    assert "认定作废" in shown
    assert state_of(floor["agent"], floor["article"]) == "open"


def test_more_time_shows_on_the_page(floor, client):
    later = date(2031, 12, 15) + timedelta(days=10)
    decide(client, floor, act="extend", to=later.isoformat(), reason="请过假")
    assert "已延期到 2031年12月25日。" in page(client, floor, "agent").text


@pytest.mark.parametrize(
    ("locale", "words", "line"),
    [
        ("zh_CN", "“退款新规”延期到 2031年12月25日。", "<span>延期到 2031年12月25日 <"),
        ("en", "You have until 25 Dec 2031 for “退款新规”.", "<span>More time, until 25 Dec 2031 <"),
    ],
)
def test_the_day_of_more_time_is_told_in_the_readers_form(floor, client, locale, words, line):
    decide(client, floor, act="extend", to="2031-12-25", reason="请过假")
    with transaction() as s:
        s.get_one(Person, floor["agent"].id).locale = locale
    assert line in page(client, floor, "agent").text
    assert words in client.get("/inbox").text


def test_without_a_reason_the_form_says_so_and_nothing_is_done(floor, client):
    answer = decide(client, floor, act="exempt", category="leave", reason="")
    assert answer.status_code == 422
    assert state_of(floor["agent"], floor["article"]) == "open"


def test_a_duty_that_is_optional_says_so(floor, client):
    with transaction():
        actions.opened(floor["agent"].id, floor["article"].id)
    stopped(floor["rule"])
    assert "留着当选修" in page(client, floor, "agent").text


def test_a_day_in_the_past_is_refused_for_more_time(floor, client):
    answer = decide(client, floor, act="extend", to=(today() - timedelta(days=1)).isoformat(), reason="请过假")
    assert answer.status_code == 422
