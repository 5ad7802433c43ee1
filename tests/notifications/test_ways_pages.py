"""The administrator's pages of the ways out: what is set up, what was sent, and never a secret."""

from datetime import UTC, datetime

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.notifications.actions import robots
from lms.notifications.jobs import outgoing
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_deliveries import knows, rows, states, tell
from tests.support.pages import send
from tests.support.platforms import Mailbox, WeCom, chosen, posting, running

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
PAGES = ("/settings/channels", "/settings/deliveries", "/settings/robots", "/settings/webhooks")
CANARIES = {
    "wecom_secret": "canary-wecom",
    "dingtalk_app_secret": "canary-dingtalk",
    "feishu_app_secret": "canary-feishu",
    "mail_url": "smtp://me:canary-mail@mail.example.com",
}


@pytest.fixture(autouse=True)
def noon():
    """At night nothing is sent to anybody's phone: these pages are looked at by day, whenever the suite runs."""
    with clock.frozen(datetime(2026, 11, 3, 4, tzinfo=UTC)):
        yield


@pytest.fixture
def admin(world, client):
    person = a_person(Role.ADMIN, email="admin@example.com")
    sign_in(client, person)
    return person


def test_no_page_shows_a_secret(world, client, admin):
    more = {"wecom_corp_id": "ww1", "wecom_agent_id": "1", "dingtalk_app_key": "k", "dingtalk_agent_id": "1"}
    with chosen(world, feishu_app_id="cli", mail_from="a@b.cn", **more, **CANARIES):
        team = a_team()
        with transaction():
            robots.keep(
                robots.accounts.actor_by_id(admin.id),
                team_id=team.id,
                platform="wecom",
                name="大群",
                url="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=canary-robot",
                secret="canary-secret",
            )
        for path in (*PAGES, "/me", "/sign-in", "/"):
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code == 200
            assert "canary" not in answer.text
        assert "canary" not in repr(world.extensions["lms_settings"])


def test_the_page_says_what_is_missing_and_where_to_find_it(client, admin):
    page = client.get("/settings/channels").text
    assert "LMS_WECOM_SECRET" in page
    assert "LMS_BASE_URL" in page


def test_a_message_to_oneself_tries_a_way_and_says_what_went_wrong(world, client, admin):
    box = Mailbox()
    with posting(world, box):
        page = send(client, "/settings/channels/mail/try", "/settings/channels", follow="1")
        assert page.status_code == 303
        assert "已发出" in client.get("/settings/channels").text
    assert len(box.letters) == 1
    with running(world, WeCom()):
        send(client, "/settings/channels/wecom/try", "/settings/channels")
        assert "找不到这个人" in client.get("/settings/channels").text


def test_the_log_is_filtered_and_what_is_dead_is_sent_again(world, client, admin):
    there = WeCom()
    with running(world, there):
        tell(knows(a_person(name="张三")), a_person(name="李四", email=None))
        outgoing.send_waiting()
        assert states() == [("wecom", "dead")]
        page = client.get("/settings/deliveries?state=dead&channel=wecom&q=张三").text
        assert "张三" in page
        assert "平台不认识这个账号" in page
        assert "没有记录" in client.get("/settings/deliveries?state=sent").text
        there.people["zhang"] = {}
        assert (
            send(
                client, "/settings/deliveries/resend", "/settings/deliveries", delivery=rows()[0].public_id
            ).status_code
            == 303
        )
        outgoing.send_waiting()
        assert states() == [("wecom", "sent")]


@pytest.mark.parametrize(
    "query", ["?state=x&channel=y&day=z&q=%00&before=nobody", "?day=2026-13-40", "?before=%F0%9F%98%80"]
)
def test_odd_filters_are_no_error(client, admin, query):
    assert client.get("/settings/deliveries" + query).status_code == 200


def test_the_log_takes_the_same_few_statements_however_long_it_is(world, client, admin, statements):
    with running(world, WeCom()):
        tell(*[knows(a_person(), user_id=f"u{n}") for n in range(30)])
    statements.clear()
    assert client.get("/settings/deliveries").status_code == 200
    assert len(statements) <= 6


def test_a_robot_is_added_tried_and_silenced(world, client, admin):
    team = a_team()
    values = {"team_id": str(team.id), "platform": "wecom", "name": "大群"}
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"
    assert send(client, "/settings/robots", url="https://evil.cn", **values).status_code == 422
    assert send(client, "/settings/robots", url=url, **values).status_code == 303
    assert "大群" in client.get("/settings/robots").text


@pytest.mark.parametrize("team", ["9" * 30, "9" * 5_000, "²", "-1", ""])
def test_a_robot_of_a_team_that_can_not_be_is_refused_at_its_field(client, admin, team):
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"
    answer = send(client, "/settings/robots", team_id=team, platform="wecom", name="大群", url=url)
    assert (answer.status_code, "请选择团队。" in answer.text) == (422, True)


def test_an_address_shows_its_secret_once(client, admin):
    made = send(client, "/settings/webhooks", name="工单系统", url="https://hooks.example.com/x").text
    assert "只显示这一次" in made
    secret = made.split('token-text">')[1].split("<")[0]
    assert len(secret) > 40
    assert secret not in client.get("/settings/webhooks").text


def test_the_api_lists_what_was_sent_and_never_what_it_said(world, client, admin):
    with running(world, WeCom(people={"zhang": {}})):
        tell(knows(a_person(no="A9")))
        outgoing.send_waiting()
    [item] = client.get("/api/v1/deliveries?state=sent").json["items"]
    assert (item["channel"], item["employee_no"], item["answer"]) == ("wecom", "A9", "")
    assert "售后" not in str(item)
