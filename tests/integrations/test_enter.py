"""Signing in through 企业微信, 钉钉 and 飞书: the right one gets in, once per state, and nothing leads elsewhere."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from lms.accounts.models import ChatAccount
from lms.accounts.rules.entering import MOST_OPEN, Going, remember, take
from lms.core import clock
from lms.core.db import session, transaction
from tests.support.make import a_person, sign_in
from tests.support.pages import send
from tests.support.platforms import DingTalk, Feishu, WeCom, running

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
NAMES = {WeCom: "wecom", DingTalk: "dingtalk", Feishu: "feishu"}
INSIDE = {"User-Agent": "Mozilla/5.0 MicroMessenger/7.0 wxwork/4.1"}
ALL = pytest.mark.parametrize("platform", [WeCom, DingTalk, Feishu])


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


def go(client, name, following="/kb", **headers):
    """Go to the platform; return the address and its values."""
    answer = client.get(f"/enter/{name}?next={following}", headers=headers)
    assert answer.status_code == 302
    return answer.location, {key: value[0] for key, value in parse_qs(urlsplit(answer.location).query).items()}


def come_back(client, name, state, code, **headers):
    given = "authCode" if name == "dingtalk" else "code"
    return client.get(f"/enter/{name}/back?{given}={code}&state={state}", headers=headers)


def known(person, name, user_id="zhang"):
    with transaction() as s:
        s.add(ChatAccount(person_id=person.id, platform=name, user_id=user_id))
    return person


def is_in(client):
    return client.get("/inbox").status_code == 200


@ALL
def test_who_is_known_there_is_in_and_goes_on(world, client, platform):
    there, name = platform(codes={"c1": "zhang"}, people={"zhang": {}}), NAMES[platform]
    known(a_person(), name)
    with running(world, there):
        _, asked = go(client, name)
        assert asked["redirect_uri"] == f"https://academy.example.com/enter/{name}/back"
        assert asked["state"].isalnum()
        answer = come_back(client, name, asked["state"], "c1")
    assert (answer.status_code, answer.location) == (302, "/kb")
    assert is_in(client)


@ALL
def test_who_is_recognised_for_the_first_time_says_so_and_is_known_from_then_on(world, client, platform):
    name = NAMES[platform]
    by = {"mobile": "+86 138 0000 1111"}
    there = platform(codes={"full-1": "zhang", "c2": "zhang"}, people={"zhang": by})
    person = a_person(phone="138-0000-1111", name="张三")
    with running(world, there):
        _, asked = go(client, name)
        page = come_back(client, name, asked["state"], "full-1")
        assert page.status_code == 200
        assert "张三" in page.text
        assert not is_in(client)
        answer = send(client, f"/enter/{name}/bind", "/sign-in")
        assert (answer.status_code, answer.location) == (302, "/kb")
        assert is_in(client)
        assert session().get(ChatAccount, (person.id, name)).user_id == "zhang"
        other = world.test_client()
        _, asked = go(other, name)
        assert come_back(other, name, asked["state"], "c2").location == "/kb"


def test_inside_its_app_wecom_asks_for_the_phone_only_of_who_is_not_known(world, client):
    there = WeCom(codes={"c1": "zhang", "full-1": "zhang"}, people={"zhang": {"mobile": "13800001111"}})
    a_person(phone="13800001111", name="张三")
    with running(world, there):
        address, asked = go(client, "wecom", **INSIDE)
        assert address.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?")
        assert (asked["scope"], address.endswith("#wechat_redirect")) == ("snsapi_base", True)
        again = come_back(client, "wecom", asked["state"], "c1", **INSIDE)
        asked = {key: value[0] for key, value in parse_qs(urlsplit(again.location).query).items()}
        assert asked["scope"] == "snsapi_privateinfo"
        assert "张三" in come_back(client, "wecom", asked["state"], "full-1", **INSIDE).text


@pytest.mark.parametrize(("platform", "field"), [(DingTalk, "job_number"), (Feishu, "employee_no")])
def test_an_employee_number_that_the_company_has_set_there_is_proof(world, client, platform, field):
    name = NAMES[platform]
    there = platform(codes={"c1": "zhang"}, people={"zhang": {field: "A77"}})
    a_person(no="A77", name="张三")
    with running(world, there):
        _, asked = go(client, name)
        assert "张三" in come_back(client, name, asked["state"], "c1").text


@ALL
def test_a_stranger_is_told_what_to_do_and_is_not_in(world, client, platform):
    name = NAMES[platform]
    there = platform(codes={"c1": "nobody"}, people={"nobody": {}})
    with running(world, there):
        _, asked = go(client, name)
        answer = come_back(client, name, asked["state"], "c1")
    assert answer.status_code == 403
    assert "没有认出您是谁" in answer.text
    assert not is_in(client)


def test_who_is_no_member_of_the_company_is_not_in(world, client):
    with running(world, WeCom(codes={"c1": "openid:x"})):
        _, asked = go(client, "wecom")
        answer = come_back(client, "wecom", asked["state"], "c1")
    assert (answer.status_code, is_in(client)) == (403, False)


def test_a_phone_that_two_people_have_lets_in_neither(world, client):
    there = Feishu(codes={"c1": "zhang"}, people={"zhang": {"mobile": "13800001111"}})
    a_person(phone="13800001111")
    a_person(phone="+8613800001111")
    with running(world, there):
        _, asked = go(client, "feishu")
        assert come_back(client, "feishu", asked["state"], "c1").status_code == 403


def test_a_phone_that_was_given_to_somebody_else_does_not_open_an_account_that_has_another(world, client):
    there = Feishu(codes={"c1": "new"}, people={"new": {"mobile": "13800001111"}})
    known(a_person(phone="13800001111"), "feishu", "old")
    with running(world, there):
        _, asked = go(client, "feishu")
        assert come_back(client, "feishu", asked["state"], "c1").status_code == 403


def test_who_has_left_is_not_in(world, client):
    there = Feishu(codes={"c1": "zhang"}, people={"zhang": {"mobile": "13800001111"}})
    known(a_person(active=False, phone="13800001111"), "feishu")
    with running(world, there):
        _, asked = go(client, "feishu")
        assert come_back(client, "feishu", asked["state"], "c1").status_code == 403
    assert not is_in(client)


def test_a_state_is_good_once_in_its_own_browser_for_its_platform_and_ten_minutes(world, client):
    there = Feishu(codes={f"c{n}": "zhang" for n in range(9)}, people={"zhang": {}})
    known(a_person(), "feishu")
    with running(world, there) as listener:
        _, asked = go(client, "feishu")
        state = asked["state"]
        assert come_back(world.test_client(), "feishu", state, "c1").status_code == 400
        assert come_back(client, "feishu", "x" + state[1:], "c2").status_code == 400
        with clock.frozen(NOON + timedelta(minutes=11)):
            assert come_back(client, "feishu", state, "c3").status_code == 400
        _, asked = go(client, "feishu")
        assert come_back(client, "feishu", asked["state"], "c4").status_code == 302
        assert come_back(client, "feishu", asked["state"], "c5").status_code == 400
        assert sum("/oauth/token" in hit.path for hit in listener.hits) == 1


def test_who_says_no_there_is_not_in(world, client):
    with running(world, Feishu()):
        _, asked = go(client, "feishu")
        answer = client.get(f"/enter/feishu/back?error=access_denied&state={asked['state']}")
    assert answer.status_code == 400
    assert "没有登录" in answer.text


def test_a_platform_that_fails_is_said_and_leaves_the_other_way_in(world, client):
    with running(world, Feishu()):
        _, asked = go(client, "feishu")
        answer = come_back(client, "feishu", asked["state"], "wrong")
    assert answer.status_code == 503
    assert "/sign-in" in answer.text


@pytest.mark.parametrize(
    "hostile",
    ["//evil.cn", "https://evil.cn", "/\\evil.cn", "%2F%2Fevil.cn", "/%09/evil.cn", "https:evil.cn", "javascript:1"],
)
def test_next_never_leads_elsewhere(world, client, hostile):
    there = Feishu(codes={"c1": "zhang"}, people={"zhang": {}})
    known(a_person(), "feishu")
    with running(world, there):
        _, asked = go(client, "feishu", hostile)
        location = come_back(client, "feishu", asked["state"], "c1").location
    assert location == "/"
    assert client.get(f"/enter/feishu?next={hostile}").location == "/"


def test_without_its_settings_there_is_no_such_way_in(world, client):
    assert client.get("/enter/wecom").status_code == 404
    assert client.get("/enter/wecom/back?code=1&state=2").status_code == 404
    assert client.get("/enter/nobody").status_code == 404


def test_the_one_who_is_signed_in_connects_an_account_and_takes_it_off(world, client):
    person = a_person()
    there = Feishu(codes={"c1": "zhang"}, people={"zhang": {}})
    sign_in(client, person)
    with running(world, there):
        answer = client.get("/enter/feishu?link=1&next=/me")
        state = parse_qs(urlsplit(answer.location).query)["state"][0]
        assert come_back(client, "feishu", state, "c1").status_code == 200
        assert send(client, "/enter/feishu/bind", "/me").location == "/me"
        assert session().get(ChatAccount, (person.id, "feishu")).user_id == "zhang"
        me = client.get("/me")
        assert "已连接" in me.text
        send(client, "/enter/feishu/off", "/me")
    session().expire_all()
    assert session().get(ChatAccount, (person.id, "feishu")) is None


def test_an_account_that_is_another_ones_is_connected_to_nobody_else(world, client):
    known(a_person(), "feishu")
    mine = a_person()
    there = Feishu(codes={"c1": "zhang"}, people={"zhang": {}})
    sign_in(client, mine)
    with running(world, there):
        answer = client.get("/enter/feishu?link=1&next=/me")
        come_back(client, "feishu", parse_qs(urlsplit(answer.location).query)["state"][0], "c1")
        assert send(client, "/enter/feishu/bind", "/me").status_code == 409


def test_binding_needs_what_coming_back_has_kept(world, client):
    with running(world, Feishu()):
        assert send(client, "/enter/feishu/bind", "/sign-in").status_code == 400


def test_only_the_newest_few_ways_are_remembered():
    kept: dict = {}
    for number in range(9):
        kept = remember(kept, f"s{number}", Going(platform="wecom", next="/", until=100), 1)
    assert list(kept) == [f"s{number}" for number in range(9 - MOST_OPEN, 9)]
    going, rest = take(kept, "s8", "wecom", 1)
    assert (going.next, "s8" in rest) == ("/", False)
    assert take(kept, "s8", "feishu", 1)[0] is None
    assert take(kept, "s8", "wecom", 101)[0] is None
