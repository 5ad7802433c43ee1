"""From a real chat to a draft: what a trainer sees, and that nothing of a person stays anywhere."""

import re
from html import unescape

import pytest

from lms.core.access import Role
from tests.support.make import a_person, sign_in
from tests.support.pages import token

PAGE = "/drills/from-chat"
CHAT = """小雨爱吃糖 2026-11-15 00:02:11
我双十一零点抢的，今天都15号了！单子3344556677889900
小雨爱吃糖 2026-11-15 00:02:20
打我电话139 1234 0078，我叫李雷
旗舰店:小美 2026-11-15 00:03:01
非常抱歉让您等了这么久，马上帮您查
小雨爱吃糖 2026-11-15 00:04:00
取件的柜子是 483920
旗舰店:小美 2026-11-15 00:04:40
收到，我登记好了
小雨爱吃糖 2026-11-15 00:06:00
好吧
"""


@pytest.fixture
def trainer(world, client):
    person = a_person(Role.TRAINER)
    sign_in(client, person)
    return person


def post(client, path=PAGE, **values):
    return client.post(path, data={"csrf_token": token(client, PAGE), **values}, content_type="multipart/form-data")


def carried(page):
    return unescape(re.search(r'<textarea name="talks"[^>]*>(.*?)</textarea>', page, re.S)[1])


def decisions(page, value="mask"):
    return dict.fromkeys(re.findall(r'name="(decide-\w+)"', page), value)


def test_a_pasted_chat_is_shown_masked_and_says_what_was_found(trainer, client):
    page = post(client, chat=CHAT).get_data(as_text=True)
    assert "【手机号1】" in page
    assert "手机号 1" in page
    for word in ("139 1234 0078", "3344556677889900", "李雷", "小雨爱吃糖"):
        assert word not in page


def test_what_is_in_doubt_is_asked_and_nothing_is_made_before(trainer, client):
    page = post(client, chat=CHAT).get_data(as_text=True)
    assert len(decisions(page)) == 1
    refused = post(client, f"{PAGE}/make", talks=carried(page), title="物流延迟")
    assert refused.status_code == 422
    assert "还有 1 处没有决定" in refused.get_data(as_text=True)


def test_once_all_is_decided_a_draft_opens_in_the_editor(trainer, client):
    page = post(client, chat=CHAT).get_data(as_text=True)
    made = post(client, f"{PAGE}/make", talks=carried(page), title="物流延迟", slug="late-parcel", **decisions(page))
    assert made.status_code == 303
    assert made.location == "/studio/drill/drills/late-parcel/edit"
    editor = client.get(made.location).get_data(as_text=True)
    assert "限时45秒" in editor
    assert "483920" not in editor


def test_what_the_trainer_keeps_stays(trainer, client):
    page = post(client, chat=CHAT).get_data(as_text=True)
    made = post(client, f"{PAGE}/make", talks=carried(page), title="物流延迟", **decisions(page, "keep"))
    assert "483920" in client.get(made.location).get_data(as_text=True)
