"""The main job, end to end in a browser: a new hire comes in by a slip, is trained, and the lead sees it.

Everybody uses the pages as people do; nothing is put into the database past them but the content and the people.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.accounts import actions as accounts
from lms.accounts.actions.slips import make_slips
from lms.content import actions as content_actions
from lms.content import queries as content
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.here import today
from tests.support.live import DESK, PHONE, Floor, fits, looks, press
from tests.support.make import a_person, a_team, as_actor
from tests.support.waiting import until

pytestmark = pytest.mark.browser

FILES = {
    ("article", "after-sales/promise"): (
        "---\n类型: 知识\n依据: 公司规定\n别名: [多久到]\n---\n# 时间怎么说\n\n## 说法\n先说已经做了什么。\n\n> 话术：{昵称}您好，预计明天送达。\n"
    ),
    ("lesson", "in/01-welcome"): (
        "---\n类型: 课时\n时长: 12分钟\n---\n# 认识公司\n\n学完能说出三家店。\n\n## 三家店\n天猫、京东和抖音。\n\n## 自测\n\n"
        "### 我们有几家店？\n1. [ ] 两家\n2. [x] 三家\n\n> 解析：天猫、京东和抖音各一家。\n"
    ),
    ("task", "in/shadowing"): (
        "---\n类型: 任务\n时长: 60分钟\n确认人: 带教\n凭证: 文字\n---\n# 跟线旁听\n\n只听不答。\n\n- [ ] 记下五个问题\n- [ ] 和带教核对\n"
    ),
    ("quiz", "in/check"): (
        "---\n类型: 测验\n及格: 50%\n---\n# 小测\n\n## 题目\n`全部` `每题2分`\n\n### 顾客多久能收到？\n"
        "1. [ ] 一定明天\n2. [x] 预计明天，有变化会告诉您\n\n> 解析：见[说法](../../kb_content/after-sales/promise.md#说法)。\n\n"
        "### 可以向顾客要密码吗？\n- 答案：错\n\n> 解析：任何时候都不可以。\n"
    ),
    ("curriculum", "in/plan"): (
        "---\n类型: 培训计划\n岗位: [客服专员]\n时长: 90分钟\n---\n# 入职培训\n\n## 第一段\n`第1-1天` `任意顺序` `带教验收`\n\n"
        "- [认识公司](01-welcome.md) `第1天` `12分钟`\n- [时间怎么说](../../kb_content/after-sales/promise.md) `第1天` `3分钟`\n"
        "- [跟线旁听](shadowing.md) `第1天` `60分钟`\n- [小测](../../quizzes/in/check.md) `第1天` `15分钟`\n"
    ),
}


@pytest.fixture
def school(floor: Floor):
    """A company of one team with its lead, trainer, HR and mentor, and a first day of training."""
    root = a_team("总部")
    team = a_team("售后组", root)
    people = {
        "trainer": a_person(Role.TRAINER, team=root, name="苏岩", password="trainer-word"),
        "hr": a_person(Role.HR, team=root, name="温雅"),
        "admin": a_person(Role.ADMIN, team=root, name="管理员"),
        "lead": a_person(Role.LEAD, team=team, name="方远"),
        "mentor": a_person(team=team, name="周敏", no="A1009"),
    }
    trainer, admin = as_actor(people["trainer"]), as_actor(people["admin"])
    for (kind, slug), source in FILES.items():
        with transaction():
            made = content_actions.create(trainer, kind, slug, source)
        with transaction():
            head = content.open_work(kind, slug).head_id
            content_actions.publish(trainer, made.document_id, head, "新建")
    with transaction():
        hire = accounts.hire(
            admin, employee_no="A1001", name="林小满", team_id=team.id, hired_on=today(), position="客服专员"
        )
    with transaction():
        accounts.set_pattern(admin, accounts.Owner(team_id=team.id), weekdays=127, from_on=today())
    with transaction():
        accounts.set_mentor(admin, hire.id, people["mentor"].id)
    with transaction():
        slip = make_slips(admin, [hire.id])[0]
    floor.fresh_read()
    return {**people, "hire": hire, "slip": slip}


def come_in_by_slip(page: Page, code: str):
    page.goto("/slip")
    page.fill("#employee_no", "A1001")
    page.fill("#code", code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.fill("#password", "小满 的 新密码")
    page.fill("#again", "小满 的 新密码")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("第1天")


def choose(page: Page, words: str):
    page.locator("label.choice", has_text=words).locator("input").check()


def read_the_lesson(page: Page):
    press(page, page.get_by_role("link", name=re.compile("开始学习|继续学习")))
    expect(page.locator("h1")).to_have_text("认识公司")
    choose(page, "两家")
    page.get_by_role("button", name="提交答案").click()
    expect(page.get_by_text("天猫、京东和抖音各一家。")).to_be_visible()
    press(page, page.get_by_role("button", name=re.compile("读完了")))


def read_the_article(page: Page):
    page.goto("/kb/after-sales/promise")
    press(page, page.get_by_role("button", name=re.compile("读完")))


def do_the_task(page: Page):
    page.goto("/learn/task/in/shadowing")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.fill("#evidence", "问得最多的是催发货。")
    page.get_by_role("button", name="提交确认").click()
    expect(page.get_by_text("已提交，等确认。")).to_be_visible()


def take_the_quiz(page: Page):
    page.goto("/quizzes/in/check")
    press(page, page.get_by_role("button", name=re.compile("开始")))
    choose(page, "预计明天，有变化会告诉您")
    page.locator("section.question", has_text="可以向顾客要密码吗").locator("input[type=radio]").last.check()
    page.get_by_role("button", name=re.compile("^交卷")).locator("visible=true").first.click()
    page.wait_for_url(re.compile("/confirm"))
    page.get_by_role("button", name=re.compile("交卷")).locator("visible=true").first.click()
    expect(page.locator("h1")).to_contain_text("100")


def test_a_new_hire_is_trained_and_the_lead_sees_it(floor: Floor, school):
    hire = floor.page_of(None, size=DESK)
    come_in_by_slip(hire, school["slip"].code)
    read_the_lesson(hire)
    read_the_article(hire)
    do_the_task(hire)
    take_the_quiz(hire)

    lead = floor.page_of(school["lead"])
    lead.goto("/reports/completion")
    expect(lead.locator(".matrix tbody tr")).to_contain_text(["林小满"])
    expect(lead.locator(".matrix .total").last).to_have_text("3/5")

    mentor = floor.page_of(school["mentor"], size=PHONE)
    mentor.goto("/")
    expect(mentor.get_by_text("跟线旁听")).to_be_visible()
    mentor.goto("/confirm")
    press(mentor, mentor.get_by_role("button", name=re.compile("确认完成")))
    press(mentor, mentor.get_by_role("button", name=re.compile("验收“第一段”")))
    expect(mentor.get_by_text(re.compile("没有|都确认"))).not_to_have_count(0)

    lead.reload()
    expect(lead.locator(".matrix .total").last).to_have_text("5/5")
    expect(lead.locator(".kfigures")).to_contain_text("已完成，100%")
    hire.goto("/")
    expect(hire.locator(".hero")).to_contain_text("今天 3 件事都做完了")


def test_a_trainer_changes_a_lesson_and_nothing_that_anybody_did_is_lost(floor: Floor, school):
    hire = floor.page_of(None, size=DESK)
    come_in_by_slip(hire, school["slip"].code)
    read_the_lesson(hire)

    trainer = floor.page_of(school["trainer"])
    with floor.app.app_context():
        head = content.open_work("lesson", "in/01-welcome").head_id
        text = content.text(head).replace("天猫、京东和抖音。", "天猫、京东、抖音，明年还有一家。")
        with transaction():
            content_actions.save_draft(
                as_actor(school["trainer"]), content.open_work("lesson", "in/01-welcome").card.document_id, head, text
            )
    trainer.goto("/studio/lesson/in/01-welcome/edit?view=source")
    trainer.locator("[data-publish]").click()
    expect(trainer.get_by_text("1 人已经完成，完成记录不受影响。")).to_be_visible()
    trainer.locator("#note").fill("明年开新店")
    press(trainer, trainer.get_by_role("button", name=re.compile("发布")))

    hire.goto("/learn/lesson/in/01-welcome")
    expect(hire.locator("main")).to_contain_text("明年还有一家")
    hire.goto("/")
    expect(hire.locator(".todo .is-past").first).to_contain_text("认识公司")


def test_a_task_handed_in_while_its_last_tick_is_being_saved_is_no_conflict(floor: Floor, school):
    page, held = floor.page_of(school["hire"]), []
    page.goto("/learn/task/in/shadowing")
    page.route("**/api/v1/tasks/**", lambda route: held.append((route, route.fetch())), times=1)
    page.get_by_role("checkbox").first.check()
    page.fill("#evidence", "问得最多的是催发货。")
    until(lambda: page.evaluate("true") and held)  # saved, and the page does not know it yet
    page.get_by_role("button", name="先保存").click()
    route, answer = held[0]
    route.fulfill(response=answer)
    expect(page.get_by_text("已保存。")).to_be_visible()
    expect(page.get_by_role("checkbox").first).to_be_checked()


@looks("size", "shade")
def test_the_first_screens_and_the_report_pass_axe_and_never_scroll_sideways(floor: Floor, school, size, shade):
    for who, paths in {
        "mentor": ["/", "/confirm", "/kb"],
        "lead": ["/", "/reports/completion", "/reports/person/A1001", "/people"],
        "trainer": ["/", "/studio"],
    }.items():
        page = floor.page_of(school[who], size=size, color_scheme=shade)
        for path in paths:
            page.goto(path)
            fits(page, path)


def test_without_javascript_the_lesson_is_read_and_completed(floor: Floor, school):
    page = floor.page_of(school["hire"], java_script_enabled=False)
    page.goto("/learn/lesson/in/01-welcome")
    press(page, page.get_by_role("button", name=re.compile("读完了")))
    page.goto("/")
    expect(page.locator(".todo .is-past").first).to_contain_text("认识公司")
