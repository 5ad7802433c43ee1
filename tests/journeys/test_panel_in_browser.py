"""The side panel at 320 pixels and the article beside it: search, fill in, copy, keys; 内部 never leaves with a copy."""

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.models import Shop
from lms.content.models import Category
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.kb.models import Favourite, Vote
from tests.support.live import DESK, PHONE, Floor, StoppedClock, fits, looks
from tests.support.make import a_person, as_actor
from tests.support.make_articles import ADDRESS
from tests.support.make_content import a_document, an_article_text
from tests.support.make_search import indexed
from tests.support.waiting import until

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 844}
CLIPBOARD = ["clipboard-read", "clipboard-write"]
DATED = "\n\n## 大促\n`生效:2026-11-01..2026-11-20` `按下单日`\n\n当天改。\n"


@pytest.fixture
def shelf(floor: Floor) -> Floor:
    trainer = as_actor(a_person(Role.TRAINER, name="苏岩"))
    front = {"别名": "[改地址]", "依据": "公司规定", "复审周期": "90天"}
    a_document(trainer, an_article_text("修改地址与电话", ADDRESS + DATED, **front), slug="orders/address")
    a_document(trainer, an_article_text("拆单", "## 合并\n合并后不能改地址。"), slug="orders/split")
    with transaction() as s:
        s.add_all(
            [
                Shop(code="tmall", name="天猫旗舰店", platform="天猫"),
                Shop(code="jd", name="京东旗舰店", platform="京东"),
            ]
        )
        s.add(Category(folder="orders", watermark=True))
    indexed()
    return floor


def copied(page: Page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def test_from_a_question_to_the_copied_answer_with_the_keyboard_alone(shelf: Floor):
    page = shelf.page_of(a_person(Role.AGENT), size=NARROW, permissions=CLIPBOARD)
    StoppedClock(page)  # what is said stands there until it is read
    page.goto("/panel")
    expect(page.locator("input[type=search]")).to_be_focused()
    page.keyboard.type("改地址")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("修改地址与电话")
    page.wait_for_load_state()
    bottom = page.locator(".script").first.bounding_box()
    assert bottom["y"] + bottom["height"] <= NARROW["height"]
    page.keyboard.press("c")
    expect(page.locator(".toast-line")).to_contain_text("昵称")
    assert copied(page) == "{昵称}，还没有发出，可以改。"

    page.get_by_label("昵称").fill("小雨")
    page.locator("h1").click()
    page.keyboard.press("C")
    until(lambda: copied(page) == "小雨，还没有发出，可以改。")

    page.keyboard.press("?")
    expect(page.get_by_text("复制第一条话术")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("复制第一条话术")).to_be_hidden()
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("拆单")
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("修改地址与电话")
    page.wait_for_load_state()
    expect(page.get_by_label("昵称")).to_have_value("小雨")  # as long as this customer is served
    page.get_by_role("button", name="换一位顾客").click()
    expect(page.get_by_label("昵称")).to_have_value("")
    page.locator("h1").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("最近看过")).to_be_visible()


def test_copying_works_without_the_clipboard_of_a_secure_page(shelf: Floor):
    page = shelf.page_of(a_person(Role.AGENT), size=NARROW, permissions=CLIPBOARD)
    StoppedClock(page)  # what is said stands there until it is read
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.goto("/panel?q=改地址")
    page.get_by_role("button", name="复制").first.click()
    expect(page.locator(".toast-line")).to_contain_text("已复制")
    assert copied(page) == "{昵称}，还没有发出，可以改。"


def test_internal_is_in_nothing_that_is_copied(shelf: Floor):
    page = shelf.page_of(a_person(Role.AGENT), size=DESK, permissions=CLIPBOARD)
    for path in ("/kb/orders/address", "/panel?open=orders/address"):
        page.goto(path)
        expect(page.get_by_text("补运费 6 元以内").first).to_be_visible()
        page.locator("h1").click()
        page.keyboard.press("Control+a")
        page.keyboard.press("Control+c")
        until(lambda: "修改地址与电话" in copied(page))
        assert "补运费 6 元" not in copied(page)
        page.evaluate("getSelection().selectAllChildren(document.querySelector('.internal').parentNode)")
        page.keyboard.press("Control+c")
        assert "补运费 6 元" not in copied(page)
    page.emulate_media(media="print")
    page.goto("/kb/orders/address")
    expect(page.locator(".internal").first).to_be_hidden()


def test_without_a_script_it_searches_keeps_votes_and_goes_back(shelf: Floor):
    person = a_person(Role.AGENT)
    page = shelf.page_of(person, size=NARROW, java_script_enabled=False)
    page.goto("/panel")
    page.get_by_role("searchbox").fill("改地址")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="天猫").click()
    expect(page.locator("dl.verdict")).to_contain_text("先看后台入口")
    page.get_by_role("button", name="收藏这条话术").first.click()
    expect(page.get_by_role("button", name="已收藏，点一下取消")).to_have_count(1)
    page.locator("summary", has_text="没解决").click()
    page.get_by_label("没写到").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已记下，负责这条知识的人会看到")).to_be_visible()
    page.get_by_role("link", name="返回").click()
    expect(page.get_by_text("我的收藏")).to_be_visible()
    shelf.fresh_read()
    assert session().query(Favourite).count() == 1
    assert session().query(Vote.reason).scalar() == "missing"


@looks("shade", "language")
def test_every_page_fits_and_axe_finds_nothing(shelf: Floor, shade: str, language: str):
    person = a_person(Role.AGENT, locale=language, theme=shade, name="许文静")
    page = shelf.page_of(person, size=NARROW)
    for path in ("/panel", "/panel?q=改地址", "/panel?q=火星", "/panel?open=orders/address&on=2026-10-01&by=order"):
        page.goto(path)
        fits(page)
    page.locator(".vote-no summary").click()
    page.locator("[data-keys] summary").click()
    fits(page)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for path in ("", "?on=2026-10-01&by=order", "/print", "/uses"):
            page.goto(f"/kb/orders/address{path}")
            fits(page)
    page.goto("/kb")
    fits(page)


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_the_trainers_pages_fit_and_axe_finds_nothing(shelf: Floor, shade: str):
    page = shelf.page_of(a_person(Role.TRAINER, theme=shade), size=PHONE)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for path in ("/kb/export", "/kb/care/categories"):
            page.goto(path)
            fits(page)
            assert page.locator("main .btn-primary:visible").count() == 1
