"""A trainer edits a drill as a table and tries it, in a real browser, on desk and phone."""

import re

import pytest
from playwright.sync_api import expect

from lms.core.access import Role
from tests.support.live import PHONE, Floor, fits, press
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_draft
from tests.support.make_played import COLD, a_drill_text

pytestmark = pytest.mark.browser
EDIT = "/studio/drill/drills/urge/edit"


def test_a_reply_is_changed_a_scene_renamed_and_the_draft_tried(floor: Floor) -> None:
    trainer = a_person(Role.TRAINER, name="苏岩")
    a_draft(as_actor(trainer), a_drill_text(), kind="drill", slug="drills/urge")
    page = floor.page_of(trainer)
    page.goto(EDIT)
    page.locator("#piece-1").click()
    reply = page.locator("[data-card] textarea").filter(has_text=COLD)
    reply.fill("我催一下，十分钟内回您。")
    page.get_by_role("button", name="加一个回复").click()
    expect(page.locator("[data-card] .drill-row-choice")).to_have_count(3)
    fits(page)
    page.get_by_role("button", name="完成").click()
    expect(page.locator(".drill-table").first).to_contain_text("我催一下，十分钟内回您。")
    page.locator("#piece-2").click()
    page.get_by_label("场景名称").fill("查一查")
    page.get_by_role("button", name="完成").click()
    expect(page.locator(".drill-table").first).to_contain_text("查一查")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-state]")).to_contain_text("已保存")
    page.goto("/drills/drills/urge/try?scene=查一查")
    page.locator("#try-text").fill("很理解您着急，已经登记加急，预计17号前发出。")
    press(page, page.get_by_role("button", name="发送"))
    expect(page.locator(".try-step")).to_contain_text("说到“理解”")
    expect(page.get_by_text(re.compile("结局：通过"))).to_be_visible()
    fits(page)


def test_the_table_fits_a_phone(floor: Floor) -> None:
    trainer = a_person(Role.TRAINER)
    a_draft(as_actor(trainer), a_drill_text(), kind="drill", slug="drills/urge")
    page = floor.page_of(trainer, size=PHONE)
    page.goto(EDIT)
    fits(page)
    page.locator("#piece-2").click()
    expect(page.locator("[data-card] .drill-row").first).to_be_visible()
    fits(page)
    page.goto("/studio/drill/drills/urge/table")
    fits(page)
