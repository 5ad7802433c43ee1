"""Group robots: signed as documented, summaries without names, once per key."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.accounts.events import GroupReached, GroupSaid
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import ask, emit
from lms.core.db import session, transaction
from lms.core.errors import Forbidden, Invalid
from lms.core.texts import text
from lms.notifications.actions import robots
from lms.notifications.jobs.robots import speak, tell_the_week
from lms.notifications.models import RobotMessage
from lms.notifications.rules.robots import is_address, sign, without_names
from tests.support.listening import Reply, listening
from tests.support.make import a_person, a_team, an_actor
from tests.support.platforms import chosen, robot_sign

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=k1",
    "dingtalk": "/robot/send?access_token=t1",
    "feishu": "/open-apis/bot/v2/hook/h1",
}
APIS = {"wecom": "wecom_api", "dingtalk": "dingtalk_old_api", "feishu": "feishu_api"}
ANSWERS = {"wecom": {"errcode": 0}, "dingtalk": {"errcode": 0, "errmsg": "ok"}, "feishu": {"code": 0, "msg": "success"}}


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


def keeping(world, there, platform):
    return chosen(world, outbound_private=frozenset({there.place}), **{APIS[platform]: there.url})


def a_robot(there, platform="wecom", team=None, secret="SECabc", **more):
    team = team or a_team()
    admin = an_actor(Role.ADMIN)
    with transaction():
        robots.keep(
            admin,
            team_id=team.id,
            platform=platform,
            name="大群",
            url=there.url + PATHS[platform],
            secret=secret,
            **more,
        )
    return team


def say(team, words="**本周**\n- 3 人未完成", key="k1", **more):
    with transaction():
        emit(GroupSaid(team_id=team.id, body=text(words), key=key, **more))


def states():
    return [
        (m.state, m.tries, m.answer)
        for m in session().scalars(
            select(RobotMessage).order_by(RobotMessage.id).execution_options(populate_existing=True)
        )
    ]


@pytest.mark.parametrize("platform", list(PATHS))
def test_each_platform_gets_what_it_documents_signed_where_it_signs(world, platform):
    with listening(lambda _: Reply(body=ANSWERS[platform])) as there, keeping(world, there, platform):
        say(a_robot(there, platform))
        assert speak() == 1
        assert speak() == 0
    [hit] = there.hits
    seconds = int(NOON.timestamp())
    if platform == "wecom":
        assert (hit.query, hit.json) == (
            {"key": "k1"},
            {"msgtype": "markdown", "markdown": {"content": "**本周**\n- 3 人未完成"}},
        )
    elif platform == "dingtalk":
        stamp = str(seconds * 1000)
        assert hit.query == {
            "access_token": "t1",
            "timestamp": stamp,
            "sign": robot_sign("dingtalk", "SECabc", stamp),
        }
        assert hit.json["markdown"]["title"] == "本周"
    else:
        assert (hit.json["timestamp"], hit.json["sign"]) == (
            str(seconds),
            robot_sign("feishu", "SECabc", str(seconds)),
        )
        assert hit.json["msg_type"] == "interactive"


def test_the_same_key_is_said_once(world):
    with listening(lambda _: Reply(body={"errcode": 0})) as there, keeping(world, there, "wecom"):
        team = a_robot(there)
        say(team)
        say(team)
        assert speak() == 1


def test_a_name_is_covered_unless_a_lead_of_that_team_says_otherwise(world):
    team, other = a_team(), a_team()
    a_person(name="王小明", team=team)
    lead, stranger = an_actor(Role.LEAD, team=team), an_actor(Role.LEAD, team=other)
    with listening(lambda _: Reply(body={"errcode": 0})) as there, keeping(world, there, "wecom"):
        a_robot(there, team=team)
        say(team, "逾期：王小明")
        say(team, "逾期：王小明", key="k2", names=True, actor_id=lead.id)
        for actor_id in (stranger.id, None):
            with pytest.raises(Forbidden):
                say(team, "逾期：王小明", key="k3", names=True, actor_id=actor_id)
        speak()
    said = [hit.json["markdown"]["content"] for hit in there.hits]
    assert said == ["逾期：○○", "逾期：王小明"]


def test_longer_names_are_covered_first_and_single_letters_never():
    assert without_names("王小明和王小、王", {"王小", "王小明", "王"}) == "○○和○○、王"


def test_whether_a_group_can_be_reached_can_be_asked(world):
    with listening(lambda _: Reply()) as there, keeping(world, there, "wecom"):
        team = a_robot(there)
        assert ask(GroupReached(team_id=team.id)) == [True]
        assert ask(GroupReached(team_id=a_team().id)) == [False]


@pytest.mark.parametrize(
    ("reply", "state", "answer"),
    [
        (Reply(body={"errcode": 93000, "errmsg": "invalid webhook url"}), "dead", "auth 93000 invalid webhook url"),
        (Reply(body={"errcode": 45009, "errmsg": "limit"}), "waiting", "busy 45009 limit"),
        (Reply(500), "waiting", "http 500"),
        (Reply(200, b"<html>"), "waiting", "unreadable"),
    ],
)
def test_what_a_robot_could_not_say_is_said_later_or_dead(world, reply, state, answer):
    first = [reply]
    with (
        listening(lambda _: first.pop() if first else Reply(body={"errcode": 0})) as there,
        keeping(world, there, "wecom"),
    ):
        say(a_robot(there))
        assert speak() == 0
        assert states() == [(state, 1, answer)]
        with clock.frozen(NOON + timedelta(minutes=3)):
            assert speak() == (state == "waiting")


def test_a_robot_speaks_no_more_than_its_platform_lets_it(world):
    with listening(lambda _: Reply(body={"errcode": 0})) as there, keeping(world, there, "wecom"):
        team = a_robot(there)
        for number in range(12):
            say(team, key=f"k{number}")
        assert speak() == 6
        with clock.frozen(NOON + timedelta(seconds=60)):
            assert speak() == 6


def test_on_monday_a_group_that_wants_it_hears_the_week_once(world):
    team = a_team(name="售后一组")
    a_person(name="王小明", team=team)
    with listening(lambda _: Reply(body={"errcode": 0})) as there, keeping(world, there, "wecom"):
        a_robot(there, team=team, weekly=True)
        assert tell_the_week() == 1
        tell_the_week()
        assert speak() == 1
        with clock.frozen(NOON + timedelta(days=1)):
            assert tell_the_week() == 0
    words = there.hits[0].json["markdown"]["content"]
    assert "售后一组" in words
    assert "王小明" not in words


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.cn/cgi-bin/webhook/send?key=1",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com@evil.cn/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com/cgi-bin/gettoken",
        "https://oapi.dingtalk.com/robot/send?access_token=1",
        "",
        "http://[::1",
    ],
)
def test_only_a_robot_of_the_platform_is_kept(world, url):
    assert not is_address("wecom", url, ())
    admin, team = an_actor(Role.ADMIN), a_team()
    with pytest.raises(Invalid), transaction():
        robots.keep(admin, team_id=team.id, platform="wecom", name="大群", url=url)


def test_the_example_of_the_documentation_of_a_signature():
    assert sign("wecom", "s", 1) == {}
    assert sign("dingtalk", "this is secret", 1)["timestamp"] == "1000"
