"""Comfort of writing in a real browser: text kept without a save, who else is here, several documents at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.models import Person
from lms.content import jobs, queries
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from tests.support.live import DESK, PHONE, WCAG, Floor, fits, press
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, a_draft, an_article_text

pytestmark = pytest.mark.browser


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def write(page: Page, words: str) -> None:
    page.locator(".source.is-editing > .line").last.locator("code").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_text_typed_on_one_machine_is_offered_on_another(floor: Floor, trainer: Person):
    a_draft(as_actor(trainer), an_article_text(), slug="typing")
    page = floor.page_of(trainer)
    page.goto("/studio/article/typing/edit?view=source")
    write(page, "这句还没有保存。")
    expect(page.locator("[data-state]")).to_contain_text("已自动保存")
    other = floor.page_of(trainer)
    other.goto("/studio/article/typing/edit?view=source")
    expect(other.locator("[data-left]")).to_be_visible()
    press(other, other.get_by_role("link", name="接着写"))
    expect(other.locator("#markdown")).to_have_value(re.compile("这句还没有保存。"))
    other.keyboard.press("Control+s")
    expect(other.locator("[data-state]")).to_contain_text("已保存")
    other.reload()
    expect(other.locator("[data-left]")).to_have_count(0)


def test_a_text_that_is_offered_is_not_written_over_by_what_is_typed_beside_it(floor: Floor, trainer: Person):
    a_draft(as_actor(trainer), an_article_text(), slug="typing")
    page = floor.page_of(trainer)
    page.goto("/studio/article/typing/edit?view=source")
    write(page, "第一次写的。")
    expect(page.locator("[data-state]")).to_contain_text("已自动保存")
    other = floor.page_of(trainer)
    other.goto("/studio/article/typing/edit?view=source")
    write(other, "第二次写的。")
    expect(other.locator("[data-state]")).to_contain_text("先在上面选")
    other.once("dialog", lambda asked: asked.dismiss())
    other.keyboard.press("Control+s")
    expect(other.locator("[data-state]")).not_to_contain_text("已保存")
    other.once("dialog", lambda asked: asked.accept())
    other.get_by_role("link", name="接着写").click()
    expect(other.locator("#markdown")).to_have_value(re.compile("第一次写的。"))


def test_who_else_has_the_document_open_is_said(floor: Floor, trainer: Person):
    a_draft(as_actor(trainer), slug="together")
    other = floor.page_of(a_person(Role.TRAINER, name="周敏"))
    with other.expect_response("**/autosave"):
        other.goto("/studio/article/together/edit?view=source")
    page = floor.page_of(trainer)
    page.goto("/studio/article/together/edit?view=source")
    expect(page.locator("[data-others]")).to_contain_text("周敏")


def test_words_are_replaced_in_two_documents_and_published_together(floor: Floor, trainer: Person):
    me = as_actor(trainer)
    ids = [a_document(me, an_article_text(name, "## 规则\n24 小时内发货。"), slug=name).id for name in ("one", "two")]
    page = floor.page_of(trainer, size=PHONE)
    page.goto("/studio/replace")
    page.get_by_label("找", exact=True).fill("24 小时")
    page.get_by_label("换成").fill("48 小时")
    page.get_by_role("button", name="找一找").click()
    page.get_by_role("button", name="换选中的这些").click()
    page.get_by_label("改了什么").fill("发货时限改了")
    page.get_by_role("button", name="发布选中的").click()
    expect(page.get_by_text("2 份内容已发布。")).to_be_visible()
    floor.fresh_read()
    for id in ids:
        assert "48 小时内发货" in queries.text(session().get_one(Document, id).published_id)


@pytest.mark.parametrize(("size", "shade"), [(PHONE, "dark"), (DESK, "light")], ids=["phone-dark", "desk-light"])
def test_the_pages_for_several_documents_pass_axe_in_both_languages(floor: Floor, trainer: Person, size, shade):
    me = as_actor(trainer)
    one = a_document(me, an_article_text("甲", 标签="[旧]"), slug="one")
    two = a_draft(me, "---\n类型: 知识\n限时: 快\n---\n# 坏\n", slug="two")
    jobs.inspect_documents()
    pages = [
        "/studio",
        "/studio/quality",
        "/studio/replace?find=七天&put=7天",
        f"/studio/tags?doc={one.id}",
        f"/studio/publish-several?doc={two.document_id}",
        "/studio/article/one/duplicate",
        "/studio/new",
    ]
    for language in ("zh_CN", "en"):
        trainer.locale = language
        session().commit()
        page = floor.page_of(trainer, size=size, color_scheme=shade)
        for address in pages:
            page.goto(address)
            fits(page, address, rules=WCAG)
