"""From an agent's phone to the article and back: proposed, accepted, published, credited; reviewed by a colleague."""

import re

import pytest
from playwright.sync_api import expect

from lms.content import actions as content
from lms.content.actions import reviewing
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.kb.actions import suggestions, talk
from tests.support.live import PHONE, Floor, fits, looks, press
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, an_article_text

pytestmark = pytest.mark.browser

TEXT = an_article_text("退货", "先看商品。\n\n## 时效\n七天内可以申请。\n\n## 运费\n买家承担。", 复审周期="90天")

KEPT = "words => Object.keys(localStorage).some(name => localStorage.getItem(name).includes(words))"
"""Whether this browser keeps what was typed: it does so a moment after the last key."""


def test_an_agent_proposes_on_the_phone_a_trainer_accepts_and_the_agent_sees_the_credit(floor: Floor):
    team = a_team("售前组")
    agent, trainer = a_person(Role.AGENT, team=team, name="许文静"), a_person(Role.TRAINER, team=team, name="苏岩")
    a_document(as_actor(trainer), TEXT, slug="after-sales/return")
    phone = floor.page_of(agent, size=PHONE)
    phone.goto("/kb/after-sales/return")
    press(phone, phone.get_by_role("link", name="提修改建议"))
    press(phone, phone.get_by_role("link", name=re.compile("^时效")))
    phone.get_by_label("改成这样").fill("十五天内可以申请。")
    phone.wait_for_function(KEPT, arg="十五天")
    phone.goto("/kb")  # closed by mistake
    phone.goto("/kb/after-sales/return/suggest?section=时效")
    expect(phone.get_by_text("这台设备上有您没有交的文字")).to_be_visible()
    expect(phone.get_by_label("改成这样")).to_have_value("十五天内可以申请。")
    phone.get_by_label("为什么要改").fill("仓库上周改了")
    press(phone, phone.get_by_role("button", name="交给培训师"))
    expect(phone.get_by_text("等处理")).to_be_visible()
    phone.goto("/kb/after-sales/return/suggest?section=时效")
    expect(phone.get_by_label("改成这样")).to_have_value("七天内可以申请。")

    desk = floor.page_of(trainer)
    desk.goto("/")
    desk.get_by_role("link", name=re.compile("许文静的修改建议")).click()
    expect(desk.locator("ins").first).to_be_visible()
    fits(desk)
    desk.get_by_label("回一句话").fill("谢谢，确实改了")
    desk.get_by_role("button", name="采纳", exact=True).click()
    desk.wait_for_url(re.compile(r"/publish$"))
    desk.get_by_label("改了什么").fill("时效改为十五天")
    desk.get_by_role("button", name="发布", exact=True).click()
    desk.wait_for_url(re.compile(r"/history"))

    phone.goto("/kb/mine")
    expect(phone.get_by_text("已采纳并发布")).to_be_visible()
    expect(phone.get_by_text("谢谢，确实改了")).to_be_visible()
    phone.get_by_role("link", name=re.compile("看《退货》第")).click()
    expect(phone.get_by_text("十五天内可以申请。")).to_be_visible()
    expect(phone.get_by_text("许文静建议，苏岩发布")).to_be_visible()
    phone.goto("/inbox")
    expect(phone.get_by_text("您的建议已经写进《退货》并发布")).to_be_visible()


def test_what_was_typed_and_is_not_wanted_is_let_go(floor: Floor):
    agent, trainer = a_person(Role.AGENT), a_person(Role.TRAINER)
    a_document(as_actor(trainer), TEXT, slug="after-sales/return")
    page = floor.page_of(agent, size=PHONE)
    for _ in range(2):
        page.goto("/kb/after-sales/return/suggest?section=运费")
        page.get_by_label("改成这样").fill("卖家承担。")
        page.wait_for_function(KEPT, arg="卖家承担")
    page.reload()
    page.get_by_role("button", name="不要了").click()
    expect(page.get_by_label("改成这样")).to_have_value("买家承担。")
    page.reload()
    expect(page.get_by_label("改成这样")).to_have_value("买家承担。")


def test_a_colleague_reviews_a_draft_and_sends_it_back_then_publishes_it(floor: Floor):
    writer, reviewer = a_person(Role.TRAINER, name="苏岩"), a_person(Role.TRAINER, name="何静")
    document = a_document(as_actor(writer), TEXT, slug="after-sales/return")
    with transaction():
        content.save_draft(as_actor(writer), document.id, document.published_id, TEXT.replace("七天", "八天"))
    desk, other = floor.page_of(writer), floor.page_of(reviewer)
    desk.goto("/studio/article/after-sales/return/publish")
    fits(desk)
    desk.get_by_label("写给审的人").fill("看下时效")
    desk.get_by_role("button", name="送审").click()
    expect(desk.get_by_text("已送审。")).to_be_visible()
    fits(desk)
    where = desk.url
    other.goto("/")
    other.get_by_role("link", name=re.compile("苏岩送审")).click()
    expect(other.locator("blockquote")).to_contain_text("看下时效")
    fits(other)
    other.get_by_label("为什么退回，要改哪里").fill("应该是十天")
    press(other, other.get_by_role("button", name="退回"))
    desk.goto("/studio/article/after-sales/return/edit")
    expect(desk.get_by_text("应该是十天")).to_be_visible()
    desk.goto("/studio/article/after-sales/return/publish")
    desk.get_by_role("button", name="送审").click()
    desk.wait_for_url(lambda url: url != where and "/reviews/" in url)
    other.goto(desk.url)
    other.get_by_label("改了什么").fill("时效")
    other.get_by_role("button", name="通过并发布").click()
    other.wait_for_url(re.compile("/kb/care/submissions"))
    other.goto("/kb/after-sales/return")
    expect(other.get_by_text("八天内可以申请。")).to_be_visible()


@looks("size", "shade", "language")
def test_every_page_passes_axe_and_never_scrolls_sideways(floor: Floor, size, shade, language):
    team = a_team("售前组")
    trainer = a_person(Role.TRAINER, team=team, theme=shade, locale=language)
    other = a_person(Role.TRAINER, team=team, theme=shade, locale=language)
    agent = a_person(Role.AGENT, team=team, theme=shade, locale=language)
    owned = TEXT.replace("---\n", f"---\n负责人: {agent.employee_no}\n", 1)
    document = a_document(as_actor(trainer), owned, slug="after-sales/return")
    long = "很长的一句话" * 20
    with transaction() as s:
        row = s.get_one(Document, document.id)
        row.verified_until = today()
        read = owned.replace("七天内", long)
        mine = suggestions.suggest_edit(as_actor(agent), row.id, row.published_id, read, long).public_id
        shared = suggestions.suggest_new(as_actor(agent), long, "", owned, long).public_id
        asked = talk.speak(as_actor(agent), row, long, anchor="时效").public_id
        talk.speak(as_actor(trainer), row, "答", answers=asked)
        saved = content.save_draft(as_actor(trainer), row.id, row.published_id, owned.replace("买家", "卖家"))
        request = reviewing.hand_in(as_actor(trainer), row.id, saved.revision_id, long).id
    session().rollback()
    pages = {
        agent: [
            "/kb",
            "/kb/mine",
            "/kb/share",
            "/kb/share?shape=case",
            "/kb/after-sales/return",
            "/kb/after-sales/return/suggest",
            "/kb/after-sales/return/suggest?section=%2B",
            "/kb/after-sales/return/talk",
            f"/kb/suggestions/{mine}",
            "/kb/care/reviews",
            f"/kb/care/reviews/confirm?doc={document.id}",
        ],
        trainer: ["/kb/care/submissions", f"/kb/suggestions/{shared}", "/kb/care/reviews"],
        other: [f"/studio/reviews/{request}", "/", "/studio?state=review"],
    }
    for person, paths in pages.items():
        page = floor.page_of(person, size=size)
        for path in paths:
            assert page.goto(path).status == 200, path
            fits(page)
        page.close()
