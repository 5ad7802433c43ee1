"""A real chat becomes a drill in a real browser, without a script of its own, on phone and desk."""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.models import Person
from lms.core.access import Role
from tests.support.live import Floor, fits, looks, press
from tests.support.make import a_person

pytestmark = pytest.mark.browser
CHAT = """小雨爱吃糖 2026-11-15 00:02:11
我双十一零点抢的，今天都15号了！单子3344556677889900
打我电话139 1234 0078，我叫李雷
旗舰店:小美 2026-11-15 00:03:01
非常抱歉让您等了这么久，马上帮您查
小雨爱吃糖 2026-11-15 00:04:00
取件的柜子是 483920，就在12栋那边
旗舰店:小美 2026-11-15 00:04:40
收到，我登记好了
小雨爱吃糖 2026-11-15 00:06:00
好吧
"""


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def pasted(floor: Floor, person: Person, **options: object) -> Page:
    page = floor.page_of(person, **options)
    page.goto("/studio")
    page.get_by_role("link", name=re.compile("从真实会话|from a real chat")).click()
    page.locator("#chat").fill(CHAT)
    press(page, page.get_by_role("button", name=re.compile("打码并预览|Mask and preview")))
    return page


def test_a_trainer_pastes_decides_and_gets_a_draft(floor: Floor, trainer: Person) -> None:
    page = pasted(floor, trainer)
    expect(page.get_by_text("【手机号1】", exact=True)).to_be_visible()
    expect(page.get_by_role("group")).to_have_count(2)
    page.get_by_role("group", name=re.compile("12栋")).get_by_label("保留").check()
    page.get_by_label("标题").fill("大促物流延迟")
    press(page, page.get_by_role("button", name="做成演练草稿"))
    expect(page).to_have_url(re.compile("/studio/drill/drills/.+/edit"))
    expect(page.get_by_text("做成了 2 轮的演练草稿")).to_be_visible()


@looks("size", "shade", "language")
def test_the_pages_fit_and_can_be_used_by_everybody(
    floor: Floor, size: dict[str, int], shade: str, language: str
) -> None:
    page = pasted(floor, a_person(Role.TRAINER, locale=language, theme=shade), size=size)
    fits(page)
    page.goto("/drills/from-chat")
    fits(page)
