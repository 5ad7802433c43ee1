"""Robots of group chats over the API: kept, tried, silenced; addresses and secrets are never given."""

import pytest
from sqlalchemy import func, select

from lms.core.access import Role
from lms.core.db import session
from lms.notifications.models import Robot, RobotMessage
from tests.support.calling import caller, wrong
from tests.support.make import a_person, a_team

URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def call(world, client):
    return caller(client)


def test_a_robot_is_kept_tried_and_silenced(call):
    team = a_team("红组")
    admin = a_person(Role.ADMIN, team=team)
    body = {"team": team.code, "platform": "wecom", "name": "大群", "url": URL, "secret": "geheim"}
    status, made = call(admin, "POST", "/robots", body)
    assert (status, made["team"], made["signed"], made["active"]) == (201, team.code, True, True)
    assert not {"url", "secret"} & made.keys()
    assert call(admin, "GET", "/robots")[1]["items"] == [made]
    path = f"/robots/{made['id']}"
    assert call(admin, "POST", path, {"act": "off"})[1]["active"] is False
    assert call(admin, "POST", path, {"act": "on"})[1]["active"] is True
    assert call(admin, "POST", path, {"act": "try"})[1]["last_state"] == "waiting"
    assert call(admin, "POST", path, {"act": "resend"})[0] == 200  # it was not given up: it is said once
    assert session().scalar(select(func.count()).select_from(RobotMessage)) == 1
    assert call(admin, "POST", "/robots/none", {"act": "resend"})[0] == 404
    assert call(admin, "POST", "/robots/none", {"act": "on"})[0] == 404
    assert call(a_person(Role.HR, team=team), "POST", path, {"act": "off"})[0] == 403


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"team": "none"}, ["team"]),
        ({"url": "https://example.com/hook"}, ["url"]),
        ({"url": "http://127.0.0.1/", "name": " "}, ["name", "url"]),
        ({"platform": "irc", "secret": "x" * 700}, ["platform", "secret"]),
    ],
)
def test_what_is_wrong_with_a_robot_is_said_and_none_is_kept(call, more, fields):
    team = a_team("红组")
    body = {"team": team.code, "platform": "wecom", "name": "大群", "url": URL}
    status, answer = call(a_person(Role.ADMIN, team=team), "POST", "/robots", body | more)
    assert (status, wrong(answer)) == (422, fields)
    assert session().scalar(select(func.count()).select_from(Robot)) == 0
