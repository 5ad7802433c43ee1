"""A rule changes, in a real browser: the publisher sees it before, the question leaves the draw, the key is confirmed
beside the change, the question is back.
"""

import re

import pytest
from playwright.sync_api import expect

from lms.accounts.models import Person
from lms.content.models import Document
from lms.core.access import Role
from tests.support.live import Floor, fits, looks, press
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, a_lesson_text, a_question, a_quiz_text, an_article_text, edited

pytestmark = pytest.mark.browser
RULE = "## 时效\n七天内可以申请。\n\n## 运费\n质量问题由商家承担。"


@pytest.fixture
def trainer(floor: Floor) -> Person:
    return a_person(Role.TRAINER, name="苏岩")


def a_rule(trainer: Person) -> Document:
    author = as_actor(trainer)
    rule = a_document(author, an_article_text("退货规则", RULE), slug="rule")
    questions = [
        a_question(f"{anchor}怎么算？") + f"\n\n> 解析：见[这里](../kb_content/rule.md#{anchor})。"
        for anchor in ("时效", "运费")
    ]
    a_document(author, a_quiz_text(*questions, title="退货小测"), kind="quiz", slug="check")
    body = "## 第一步\n先看[时效](../kb_content/rule.md#时效)，再答复。"
    a_document(author, a_lesson_text("怎么答复退货", body), kind="lesson", slug="reply")
    return rule


def questions_of(floor: Floor, person: Person) -> int:
    """Begin the quiz as somebody and return how many questions the paper has."""
    page = floor.page_of(person)
    page.goto("/quizzes/check")
    page.get_by_role("button", name=re.compile("开始")).click()
    page.wait_for_url(re.compile("/attempts/"))
    return page.locator("article.question, [data-question]").count()


def test_from_the_change_to_the_confirmed_key(floor: Floor, trainer: Person):
    a_rule(trainer)
    page = floor.page_of(trainer)
    page.goto("/studio/article/rule/edit?view=source")
    page.get_by_text("七天内可以申请。", exact=True).first.click()
    page.keyboard.press("End")
    page.keyboard.type("超过七天按质量问题办理。")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-state]")).to_contain_text("已保存")
    page.goto("/studio/article/rule/publish")
    expect(page.locator("main")).to_contain_text("1 道题待复核")
    expect(page.locator("main")).to_contain_text("1 个课时待复核")
    page.get_by_label("改了什么").fill("超期另算")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url(re.compile("/history"))

    assert questions_of(floor, a_person()) == 1

    page.goto("/")
    press(page, page.get_by_role("link", name=re.compile("1 题待复核")))
    doubt = page.locator("[data-doubt]").first
    expect(doubt).to_contain_text("时效怎么算？")
    expect(doubt.locator("ins")).to_contain_text("超过七天按质量问题办理。")
    expect(doubt.locator(".is-key")).to_contain_text("7 天")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(page.get_by_text("1 处确认了")).to_be_visible()
    expect(page.locator("[data-doubt]")).to_have_count(0)

    assert questions_of(floor, a_person()) == 2

    page.goto("/studio/marks")
    page.get_by_role("link", name="去修改").click()
    page.wait_for_url(re.compile("/studio/lesson/reply/edit"))
    expect(page.get_by_text("这里有 1 处待复核")).to_be_visible()


@looks("size", "shade", "language")
def test_the_page_passes_axe_and_never_scrolls_sideways(floor: Floor, size, shade, language):
    trainer = a_person(Role.TRAINER, theme=shade, locale=language)
    rule = a_rule(trainer)
    edited(as_actor(trainer), rule, an_article_text("退货规则", RULE.replace("七天", "十五天" * 30)))
    page = floor.page_of(trainer, size=size)
    for path in ("/studio/marks", "/studio/marks?mine=1", "/studio", "/studio/quiz/check/edit?view=form", "/"):
        page.goto(path)
        fits(page)
