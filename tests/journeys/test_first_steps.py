"""From an empty installation to the first learner on day one, in a browser, by the pages alone, in both languages.

In Chinese with the shipped content and at a desk, in English with a plan of one day and on a phone.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lms.accounts import actions, queries
from lms.core.db import transaction
from lms.core.here import settings, today
from lms.core.sheets import xlsx_bytes
from tests.support.live import DESK, PHONE, Floor, fits, press
from tests.support.make_content import a_lesson_text, write

pytestmark = pytest.mark.browser

SHIPPED = Path(__file__).parents[2]
PLAN = (
    "---\n类型: 培训计划\n负责人: T1001\n岗位: [客服专员]\n时长: 15分钟\n---\n# 新员工入职培训\n\n## 第一段\n`第1-1天`\n\n"
    "- [课](one.md) `第1天`\n"
)
WORDS = {
    "zh": {"day": "第1天", "steps": "首次设置", "done": "第一批学员已经能登录", "loaded": "都已载入"},
    "en": {"day": "Day 1", "steps": "First steps", "done": "The first learners can sign in", "loaded": "are loaded"},
}


def the_content(language: str, folder: Path) -> Path:
    if language == "zh":
        return SHIPPED
    write(folder, "courses/in/one.md", a_lesson_text())
    write(folder, "courses/in/plan.md", PLAN)
    return folder


def the_staff(folder: Path) -> Path:
    """Return a list as HR would fill it in: teams that nobody made yet, one trainer, one mentor, two new hires."""
    head = ["工号", "姓名", "团队", "岗位", "入职日期", "角色", "带教"]
    rows = [
        ["T2001", "苏岩", "培训组", "培训师", "2024-03-01", "培训师", ""],
        ["A2001", "周敏", "售后一组", "客服专员", "2025-03-01", "", ""],
        ["A2101", "林小满", "售后一组", "客服专员", today(), "", "A2001"],
        ["A2102", "程新", "售后一组", "客服专员", today(), "", ""],
    ]
    file = folder / "staff.xlsx"
    file.write_bytes(xlsx_bytes("人员", head, rows))
    return file


@pytest.mark.parametrize(
    ("language", "size", "shade"), [("zh", DESK, "light"), ("en", PHONE, "dark")], ids=["zh-desk", "en-phone"]
)
def test_from_the_first_start_to_the_first_learner_on_day_one(floor: Floor, tmp_path, language, size, shade):
    words = WORDS[language]
    floor.app.extensions["lms_settings"] = replace(settings(), content_path=the_content(language, tmp_path / "content"))
    with transaction():
        way_in = actions.invite_first(queries.console(), name="管理员")
    page = floor.page_of(None, size=size, color_scheme=shade)
    page.set_default_navigation_timeout(120_000)  # the whole shipped content is read in while one waits
    page.goto("/")
    if language == "en":
        press(page, page.locator("form[action='/language'] button"))
    fits(page)
    page.goto(f"/slip/{way_in.token}")
    page.fill("#password", "drei-gute-worte")
    page.fill("#again", "drei-gute-worte")
    press(page)
    expect(page.locator("main")).to_contain_text(words["steps"])
    fits(page)
    press(page)
    fits(page)

    press(page)  # 1 the company, its teams and shops
    page.fill("#company", "春和商贸")
    page.fill("#name", "王芳")
    fits(page)
    press(page)
    expect(page.locator(".brand").first).to_have_text("春和商贸")
    fits(page)
    press(page)
    page.fill("#team-name", "售前组")
    page.fill("#team-code", "presale")
    press(page, page.locator("form[action='/teams'] .btn-primary"))
    page.fill("#shop-name", "天猫旗舰店")
    page.fill("#shop-code", "tmall")
    page.fill("#shop-platform", "天猫")
    press(page, page.locator("form[action='/shops'] button"))
    fits(page)
    press(page, page.locator(".setup-bar a"))

    press(page)  # 2 the staff, with teams that the list names
    fits(page)
    page.set_input_files("#file", the_staff(tmp_path))
    press(page)
    fits(page)
    press(page, page.locator("form[action='/people/import/teams'] button"))
    press(page)
    expect(page).to_have_url(re.compile("/setup$"))

    press(page)  # 3 the content, given to the trainer
    fits(page)
    press(page)
    expect(page.locator("main")).to_contain_text(words["loaded"])
    fits(page)
    press(page)
    fits(page)
    press(page)
    expect(page).to_have_url(re.compile("/setup$"))

    press(page)  # 4 the intake, on whichever day of the week this is
    for box in page.locator("input[name=weekday]").all():
        box.check(force=True)
    page.fill("#starts_on", today().isoformat())
    page.fill("#mentor", "A2001")
    fits(page)
    press(page)
    expect(page.locator("h1")).not_to_be_empty()
    fits(page)

    press(page, page.locator(".setup-bar a"))
    press(page)  # 5 the slips
    expect(page.locator(".slip")).to_have_count(2)
    number, code = page.locator(".slip", has_text="林小满").locator("dd").all_inner_texts()
    page.goto("/setup")
    expect(page.locator("main")).to_contain_text(words["done"])
    fits(page)

    learner = floor.page_of(None, size=PHONE)
    learner.goto("/slip")
    if language == "en":
        press(learner, learner.locator("form[action='/language'] button"))
    learner.fill("#employee_no", number)
    learner.fill("#code", code)
    learner.keyboard.press("Enter")
    learner.fill("#password", "vier-gute-worte")
    learner.fill("#again", "vier-gute-worte")
    press(learner)
    expect(learner.locator("h1")).to_contain_text(words["day"])
    fits(learner)


def test_without_javascript_every_step_can_be_done(floor: Floor, tmp_path):
    floor.app.extensions["lms_settings"] = replace(settings(), content_path=the_content("en", tmp_path / "content"))
    with transaction():
        way_in = actions.invite_first(queries.console(), name="管理员")
    page = floor.page_of(None, java_script_enabled=False)
    page.goto(f"/slip/{way_in.token}")
    page.fill("#password", "drei-gute-worte")
    page.fill("#again", "drei-gute-worte")
    press(page)
    page.goto("/people/import")
    page.set_input_files("#file", the_staff(tmp_path))
    press(page)
    press(page, page.locator("form[action='/people/import/teams'] button"))
    press(page)
    page.goto("/setup/content")
    press(page)
    press(page)
    press(page)
    page.goto("/setup/cohort")
    press(page)
    page.goto("/setup")
    press(page)
    expect(page.locator(".slip")).to_have_count(2)
