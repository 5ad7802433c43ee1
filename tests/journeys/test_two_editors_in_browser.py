"""Two trainers in two browsers at one article: what meets is asked for, everything else is merged as they write."""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.models import Person
from lms.content import actions, queries
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.live import DESK, Floor, fits, looks, press
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, an_article_text, edited

pytestmark = pytest.mark.browser

BODY = "## 时效\n\n签收次日起七天内可以申请。\n\n## 运费\n\n由顾客承担。\n\n## 例外\n\n定制商品不退。"


@pytest.fixture
def editors(floor: Floor) -> tuple[Person, Person]:
    return a_person(Role.TRAINER, name="苏岩"), a_person(Role.TRAINER, name="周敏")


@pytest.fixture
def article(floor: Floor, editors) -> Document:
    return a_document(as_actor(editors[0]), an_article_text(body=BODY), slug="shared")


def opened(floor: Floor, person: Person, size=DESK) -> Page:
    page = floor.page_of(person, size=size)
    page.goto("/studio/article/shared/edit?view=source")
    page.get_by_role("button", name="用普通文本框").click()
    return page


def put(page: Page, old: str, new: str) -> None:
    area = page.locator("#markdown")
    area.fill(area.input_value().replace(old, new))


def save(page: Page) -> None:
    page.locator("#markdown").press("Control+s")


def head(floor: Floor, article: Document) -> str:
    floor.fresh_read()
    document = session().get_one(Document, article.id)
    return queries.text(document.draft_id or document.published_id or 0)


def test_two_editors_see_each_other_s_changes_as_they_save(floor: Floor, editors, article):
    one, other = (opened(floor, person) for person in editors)
    put(one, "七天", "十五天")
    save(one)
    expect(one.locator("[data-state]")).to_contain_text("已保存")
    put(other, "由顾客承担", "由商家承担")
    save(other)
    expect(other.locator("[data-joined]")).to_contain_text("已和苏岩的修改合并")
    expect(other.locator("#markdown")).to_have_value(re.compile("十五天"))
    put(one, "定制商品不退", "定制商品、鲜花不退")
    save(one)
    expect(one.locator("[data-joined]")).to_contain_text("已和周敏的修改合并")
    expect(one.locator("#markdown")).to_have_value(re.compile("由商家承担"))
    merged = an_article_text(
        body=BODY.replace("七天", "十五天").replace("由顾客", "由商家").replace("定制商品", "定制商品、鲜花")
    )
    assert head(floor, article) == merged


def test_the_same_sentence_is_asked_for_and_chosen_with_the_keyboard(floor: Floor, editors, article):
    floor.allowed.append("409")  # the answer that says so
    one, other = (opened(floor, person) for person in editors)
    put(one, "七天", "十五天")
    save(one)
    expect(one.locator("[data-state]")).to_contain_text("已保存")
    put(other, "七天", "三十天")
    save(other)
    press(other, other.get_by_role("link", name="去对照"))
    expect(other.get_by_text("第 1 处，共 1 处")).to_be_visible()
    other.get_by_role("button", name="按选的保存").click()  # nothing chosen: the browser asks
    expect(other).to_have_url(re.compile("settle"))
    other.get_by_label("第 1 处的文字").fill("签收次日起十五天内可以申请，大促三十天。")
    expect(other.locator("#choice-0-own")).to_be_checked()
    other.get_by_role("button", name="按选的保存").press("Enter")
    expect(other).to_have_url(re.compile("/edit"))
    assert "签收次日起十五天内可以申请，大促三十天。" in head(floor, article)


@looks("size", "shade", "language")
def test_the_pages_of_versions_pass_axe(floor: Floor, editors, article, size, shade, language):
    one, other = (as_actor(person) for person in editors)
    edited(one, article, an_article_text(body=BODY.replace("七天", "十五天")))
    base, text = article.published_id, queries.text(article.published_id or 0)
    with transaction():
        actions.save_draft(one, article.id, base, text.replace("由顾客", "由商家"))
    with transaction():
        late = actions.save_draft(other, article.id, base, text.replace("由顾客", "由平台"))
    with transaction() as current:
        current.get_one(Person, one.id).locale = language
    page = floor.page_of(editors[0], size=size, color_scheme=shade)
    for path in (
        "/studio/article/shared/history",
        "/studio/article/shared/diff?old=1&new=3",
        "/studio/article/shared/diff?old=1&new=3&view=sides",
        f"/studio/article/shared/settle?mine={late.revision_id}",
        "/studio/article/shared/versions/2",
        "/studio/article/shared/publish",
        "/kb/shared/history",
        "/kb/shared/diff?old=2&new=4",
        "/kb/shared/diff?old=2&new=4&view=sides",
    ):
        page.goto(path)
        fits(page)
