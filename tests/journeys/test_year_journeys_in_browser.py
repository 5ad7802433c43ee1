"""The training year in a browser: rules, a quarter, a class, a promotion, feedback, and how people are told.

Everybody uses the pages as people do; the clocks of server and test stand at an hour of a working day.
"""

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import Locator, Page, expect

from lms.accounts.models import Person
from lms.assignments.due_plans import DuePlan
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session
from lms.learning.models import LiveSession
from lms.notifications.jobs import outgoing
from tests.support.live import PHONE, Floor, fits, press
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_cycles import a_quarters_lesson, finishes
from tests.support.make_learning import a_lesson, a_task
from tests.support.make_rules import a_rule
from tests.support.make_sessions import NOON, completed, surveyed
from tests.support.platforms import Mailbox, posting

pytestmark = pytest.mark.browser

MORNING = NOON - timedelta(hours=2)
COURSE = "---\n类型: 课程\n时长: 1小时\n---\n# 售后基础\n\n## 内容\n1. [课时](cups.md)\n"


@contextmanager
def at(floor: Floor, moment: datetime):
    """Hold the clocks of the test and the server at this instant."""
    with clock.frozen(moment), floor.standing_still():
        yield


@pytest.fixture
def house(floor: Floor) -> dict[str, Person]:
    """A team with its lead and two agents below a head office with a trainer and an administrator."""
    root = a_team("客服中心")
    team = a_team("售后一组", root)
    return {
        "trainer": a_person(Role.TRAINER, team=root, name="苏岩"),
        "admin": a_person(Role.ADMIN, team=root, name="管理员", email="admin@example.com"),
        "lead": a_person(Role.LEAD, team=team, name="方远"),
        "agent": a_person(Role.AGENT, team=team, name="林小满", no="A1001", email="a1@example.com"),
        "mate": a_person(Role.AGENT, team=team, name="许文静", no="A1002", email="a2@example.com"),
    }


def said(page: Page, words: str) -> None:
    """The page says in one line that something has been done."""
    expect(page.locator("p.notice[role=status]").filter(has_text=words)).to_be_visible()


def row(page: Page, words: str) -> Locator:
    return page.locator("tr, li").filter(has_text=words).first


def test_a_rule_reaches_whom_its_preview_named_says_why_and_is_waived_with_a_reason(floor: Floor, house):
    with at(floor, MORNING):
        article = a_document(as_actor(house["trainer"]), an_article_text("退款新规"), slug="after-sales/refund")
        desk = floor.page_of(house["trainer"])
        desk.goto("/rules")
        press(desk, desk.get_by_role("link", name="建第一条规则"))
        desk.locator("#document").select_option(str(article.id))
        desk.locator("#name").fill("一组都要学")
        desk.get_by_label("售后一组").check()
        desk.get_by_label("派到后若干天").check()
        desk.locator("#due_days").fill("7")
        shown = desk.locator("#rule-preview")
        expect(shown).to_contain_text("派到后 7 天内")  # as it is filled in now
        expect(shown).to_contain_text("新增 3 人，取消 0 人，0 人已完成")
        shown.locator("summary", has_text="新收到").click()
        expect(shown.locator("details[open]")).to_contain_text("林小满")
        fits(desk)
        press(desk, shown.get_by_role("button", name="就这样保存"))
        said(desk, "已保存，3 人的学习任务有变化。")
        expect(row(desk, "一组都要学")).to_contain_text("3 人")

        phone = floor.page_of(house["agent"], size=PHONE)
        phone.goto("/")
        press(phone, phone.get_by_role("link", name="为什么要学"))
        expect(phone.locator("main")).to_contain_text("一组都要学")
        expect(phone.locator("main")).to_contain_text("2026年12月1日")
        address = phone.url

        lead = floor.page_of(house["lead"])
        lead.goto("/reports/person/A1001")
        press(lead, lead.get_by_role("link", name="为什么要学 退款新规"))
        lead.locator("summary", has_text="豁免…").click()
        lead.get_by_label("已有同等资格").check()
        lead.get_by_label("豁免原因").fill("参与了新规的编写")
        press(lead, lead.get_by_role("button", name="豁免", exact=True))
        expect(lead.locator("main")).to_contain_text("不用学：豁免：参与了新规的编写")
        phone.goto(address)
        expect(phone.locator("main")).to_contain_text("参与了新规的编写")
        press(lead, lead.get_by_role("button", name="结束豁免，又要学"))
        phone.reload()
        press(phone, phone.get_by_role("link", name="去学习"))
        expect(phone.locator("h1")).to_have_text("退款新规")


def test_a_quarter_is_drafted_started_followed_and_closed(floor: Floor, house):
    with at(floor, datetime(2026, 10, 8, 2, tzinfo=UTC)):
        lesson = a_quarters_lesson(as_actor(house["trainer"]))
        desk = floor.page_of(house["trainer"])
        desk.goto("/cycles")
        desk.get_by_label("季度", exact=True).select_option("2026Q4")
        press(desk, desk.get_by_role("button", name="起草"))
        said(desk, "草案已拟好")
        desk.locator("#document").select_option(str(lesson.id))
        desk.locator("#name").fill("四季度全员培训")
        desk.locator("#starts_on").fill("2026-10-08")
        desk.locator("#due_on").fill("2026-12-17")
        for box in desk.locator(".wave-row input[type=checkbox]:checked").all():
            box.uncheck()
        wave = desk.locator(".wave-row").filter(has_text="售后一组")
        wave.get_by_role("checkbox").check()
        for day in wave.locator("input[type=date]").all():
            day.fill("")
        press(desk, desk.get_by_role("button", name="保存草案，重新算"))
        reach = desk.get_by_role("region", name="会派给 3 人")
        reach.locator("summary", has_text="售后一组").click()
        expect(reach).to_contain_text("林小满")
        fits(desk)
        press(desk, desk.get_by_role("button", name="保存并开始"))
        said(desk, "已开始，派给 3 人。")
        expect(desk.locator(".kfigures")).to_contain_text("没有人逾期")
    with at(floor, datetime(2026, 11, 2, 2, tzinfo=UTC)):
        finishes(house["agent"].id, lesson)
    with at(floor, datetime(2026, 12, 18, 2, tzinfo=UTC)):
        press(desk, desk.get_by_role("link", name="按项目"))
        expect(row(desk, "四季度的课")).to_contain_text("1/3")
        press(desk, desk.get_by_role("link", name="催学 2 人"))
        expect(desk.locator(".late-list tbody tr")).to_have_count(2)
        press(desk, desk.get_by_role("button", name="催全部 2 项"))
        expect(desk.locator("main")).to_contain_text("许文静")
        press(desk, desk.get_by_role("button", name="发送提醒"))
        expect(row(desk, "许文静")).to_contain_text("催过")
        mate = floor.page_of(house["mate"], size=PHONE)
        mate.goto("/inbox")
        expect(mate.locator(".inbox")).to_contain_text("四季度的课")

        desk.goto("/cycles")
        press(desk, desk.get_by_role("link", name="四季度全员培训"))
        press(desk, desk.get_by_role("link", name="收官…"))
        expect(desk.locator("#close")).to_contain_text("计入 3 人，学完 1 人，完成率 33%")
        desk.locator("#note").fill("双十一前后都在支援。")
        press(desk, desk.get_by_role("button", name="收官，存报告"))
        said(desk, "已收官，报告已经存好。")
        expect(desk.locator(".kfigures")).to_contain_text("33%")
        expect(desk.locator("main")).to_contain_text("双十一前后都在支援。")
        fits(desk)


def test_a_class_fills_up_somebody_moves_up_signs_in_by_the_code_and_is_noted(floor: Floor, house):
    trainer = as_actor(house["trainer"])
    start = MORNING + timedelta(days=1)
    with at(floor, MORNING):
        task = a_task(trainer, "listen", by="讲师", evidence="", title="现场听课")
        desk = floor.page_of(house["trainer"])
        desk.goto("/sessions/new")
        desk.locator("#title").fill("双十二话术")
        desk.locator("#starts_at").fill("2026-11-25T10:00")
        desk.locator("#ends_at").fill("2026-11-25T11:30")
        desk.locator("#place").fill("3 楼培训室")
        desk.locator("#trainer").fill(house["trainer"].employee_no)
        desk.locator("#places").fill("1")
        desk.locator("#document").select_option(str(task.id))
        press(desk)
        expect(desk.locator("h1")).to_have_text("双十二话术")
        address = desk.url
        mate = floor.page_of(house["mate"], size=PHONE)
        mate.goto(address)
        press(mate, mate.get_by_role("button", name="报名"))

        phone = floor.page_of(house["agent"], size=PHONE, has_touch=True, is_mobile=True)
        phone.goto("/catalogue")
        press(phone, phone.get_by_role("link", name="课堂", exact=True).first)
        press(phone, phone.get_by_role("link", name="双十二话术"))
        fits(phone)
        press(phone, phone.get_by_role("button", name="排候补"))
        expect(phone.locator("main")).to_contain_text("前面还有 0 人候补")
        press(mate, mate.get_by_role("button", name="退出报名"))
        phone.reload()
        expect(phone.get_by_role("button", name="退出报名")).to_be_visible()
    with at(floor, start - timedelta(minutes=10)):
        desk.reload()
        press(desk, desk.get_by_role("link", name="签到表与二维码"))
        expect(desk.get_by_alt_text("签到二维码")).to_be_visible()
        floor.fresh_read()
        code = session().query(LiveSession.code).scalar()
        phone.goto(f"{address}/check-in?code={code}")
        fits(phone)
        press(phone, phone.get_by_role("button", name="林小满，签到"))
        expect(phone.locator("main")).to_contain_text("林小满，已签到")
    with at(floor, start + timedelta(hours=2)):
        desk.goto(address)
        expect(row(desk, "林小满")).to_contain_text("扫码")
        desk.locator("#number").fill("A1002")
        press(desk, desk.get_by_role("button", name="结束，并给到场的人记完成"))
        said(desk, "已结束：2 人到场。")
        expect(row(desk, "许文静")).to_contain_text("已记完成")
        fits(desk)


def test_a_promotion_closes_its_queue_to_whom_has_not_read_its_pack(floor: Floor, house):
    with at(floor, MORNING):
        a_document(as_actor(house["trainer"]), an_article_text("双十二的规则"), slug="peak/rules")
        desk = floor.page_of(house["trainer"])
        desk.goto("/queues")
        press(desk, desk.get_by_role("link", name="建第一个队列"))
        desk.locator("#code").fill("PEAK")
        desk.locator("#name").fill("大促专席")
        press(desk, desk.get_by_role("button", name="保存"))
        lead = floor.page_of(house["lead"])
        lead.goto("/queues")
        expect(row(lead, "大促专席")).to_contain_text("3/3 人可接")
        lead.goto("/campaigns")
        press(lead, lead.get_by_role("link", name="建第一个活动包"))
        lead.locator("#name").fill("双十二")
        lead.locator("#team").select_option(label="售后一组")
        for field, day in (("starts_on", "24"), ("ends_on", "26"), ("ready_on", "24")):
            lead.locator(f"#{field}").fill(f"2026-11-{day}")
        lead.locator("#needed").fill("2")
        lead.get_by_label("双十二的规则").check()
        lead.get_by_label("大促专席").check()
        fits(lead)
        press(lead, lead.get_by_role("button", name="存为草稿"))
        expect(lead.locator("main")).to_contain_text("没学完的人不能接：大促专席")
        press(lead, lead.get_by_role("button", name="派发给 3 人"))
        pack = lead.url
        expect(lead.locator(".kfigures")).to_contain_text("0/ 3")
        lead.goto("/queues")
        expect(row(lead, "大促专席")).to_contain_text("0/3 人可接")

        phone = floor.page_of(house["agent"], size=PHONE, has_touch=True, is_mobile=True)
        phone.goto("/")
        press(phone, phone.locator(".next a.btn-primary"))
        expect(phone.locator("h1")).to_have_text("双十二的规则")
        press(phone, phone.get_by_role("button", name="我已读完，按这一版执行"))
        lead.goto(pack)
        expect(lead.locator(".kfigures")).to_contain_text("1/ 3")
        lead.locator("summary", has_text="看数字").click()
        expect(row(lead, "11月24日")).to_contain_text("1")
        press(lead, lead.get_by_role("link", name="全部 3 人"))
        expect(lead.locator(".listing tr", has_text="林小满")).to_contain_text("可上岗")
        lead.goto("/queues")
        expect(row(lead, "大促专席")).to_contain_text("1/3 人可接")


def test_five_answers_make_a_result_and_a_suggestion_is_answered(floor: Floor, house):
    trainer = as_actor(house["trainer"])
    with at(floor, MORNING):
        a_lesson(trainer, "cups")
        course = a_document(trainer, COURSE, kind="course", slug="base")
        for number in range(3):
            surveyed(a_person(Role.AGENT, name=f"同事{number}"), course, useful="5")
        surveyed(house["mate"], course, useful="5", better="想看更多例子")
        completed(house["agent"], course)
        lead = floor.page_of(house["lead"])
        lead.goto("/surveys")
        expect(row(lead, "售后基础")).to_contain_text("还不满 5 份")

        floor.allowed.append("422")
        phone = floor.page_of(house["agent"], size=PHONE, has_touch=True, is_mobile=True)
        phone.goto("/inbox")
        press(phone, phone.get_by_role("button", name=re.compile("售后基础.*学完了")))
        fits(phone)
        press(phone, phone.get_by_role("button", name="交", exact=True))
        expect(phone.get_by_role("alert").first).to_contain_text("请选一项")
        phone.locator("#q-useful .choice").nth(1).click()
        phone.locator("#q-clear .choice").nth(3).click()
        phone.locator("#q-length .choice").nth(1).click()
        phone.locator("#q-better textarea").fill("多给几个例子")
        press(phone, phone.get_by_role("button", name="交", exact=True))
        expect(phone.locator("main")).to_contain_text("收到了，谢谢")

        lead.reload()
        press(lead, lead.get_by_role("link", name="售后基础"))
        expect(lead.locator(".rating-mean").first).to_have_text("4.4")
        expect(lead.locator("main")).not_to_contain_text("多给几个例子")

        press(phone, phone.get_by_role("link", name="提一条培训建议"))
        phone.get_by_label("建议", exact=True).fill("怎么跟快递公司交涉")
        press(phone, phone.get_by_role("button", name="交给培训师"))
        mate = floor.page_of(house["mate"], size=PHONE)
        mate.goto("/ideas")
        press(mate, mate.get_by_role("button", name="我也要"))
        desk = floor.page_of(house["trainer"])
        desk.goto("/ideas")
        idea = desk.locator("article.idea", has_text="怎么跟快递公司交涉")
        expect(idea).to_contain_text("林小满")
        idea.locator("summary", has_text="答复").click()
        idea.get_by_label("结果").select_option("planned")
        idea.get_by_label("答复").fill("下个月开一次。")
        press(desk, idea.get_by_role("button", name="答复并通知"))
        phone.goto("/inbox")
        press(phone, phone.get_by_role("button", name=re.compile("培训建议有答复了")))
        expect(phone.locator("article.idea")).to_contain_text("下个月开一次。")
        fits(phone)


def a_file(page: Page, **lines: str) -> None:
    """Choose a file of these lines in the form that stands at #file."""
    [(name, text)] = lines.items()
    page.locator("#file").set_input_files(
        {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}
    )


def test_days_are_kept_and_move_what_is_due(floor: Floor, house):
    with at(floor, MORNING):
        lesson = a_quarters_lesson(as_actor(house["trainer"]))
        a_rule(lesson, due=DuePlan(days=7), people=(house["agent"].id, house["mate"].id))
        desk = floor.page_of(house["admin"])
        desk.goto("/roster")
        a_file(desk, roster="工号,日期,班次\nA1001,2026-11-25,早\nA9999,2026-11-25,晚\n")
        press(desk, desk.get_by_role("button", name="看看会改什么"))
        expect(desk.get_by_role("region", name="1 行不能导入")).to_contain_text("A9999")
        fits(desk)
        press(desk, desk.get_by_role("button", name="只导入对的 1 天"))
        phone = floor.page_of(house["agent"], size=PHONE)
        phone.goto("/calendar")
        expect(phone.locator(".day-of").nth(24)).to_contain_text("早")

        desk.goto("/leave")
        desk.get_by_label("工号").fill("A1002")
        desk.locator("#from_on").fill("2026-12-01")
        desk.locator("#until_on").fill("2026-12-03")
        press(desk, desk.get_by_role("button", name="登记"))
        expect(row(desk, "许文静")).to_contain_text("12月3日")

        desk.goto("/calendar")
        desk.get_by_label("叫什么").fill("双十二预热")
        desk.locator("#team").select_option(str(house["agent"].team_id))
        desk.locator("#from_on").fill("2026-11-30")
        desk.locator("#until_on").fill("2026-12-02")
        press(desk, desk.get_by_role("button", name="看看会影响什么"))
        press(desk, desk.get_by_role("button", name="保存静默期"))
        expect(desk.get_by_role("region", name="大促静默期")).to_contain_text("双十二预热")
        phone.goto("/")
        press(phone, phone.get_by_role("link", name="为什么要学"))
        expect(phone.locator("main")).to_contain_text("顺延到之后的第一个工作日")
        fits(phone)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_what_the_administrator_writes_reaches_the_mail_of_whom_a_lead_reminds(floor: Floor, house):
    box = Mailbox()
    with at(floor, MORNING), posting(floor.app, box):
        lesson = a_quarters_lesson(as_actor(house["trainer"]))
        a_rule(lesson, due=DuePlan(days=7), people=(house["agent"].id, house["mate"].id))
        desk = floor.page_of(house["admin"])
        desk.goto("/settings/channels")
        press(desk, desk.get_by_role("button", name="发一条给自己试试"))
        said(desk, "已发出，请看邮件。")
        press(desk, desk.get_by_role("link", name="通知模板"))
        press(desk, desk.get_by_role("link", name="催学"))
        floor.allowed.append("422")
        desk.locator("#body_zh_CN").fill("{姓名}，今天请抽空：{内荣}")
        expect(desk.locator("#body_zh_CN-error")).to_contain_text("是不是 {内容}")
        desk.locator("#body_zh_CN").fill("{姓名}，今天请抽空：{内容}")
        expect(desk.locator("#example-zh_CN")).to_contain_text("今天请抽空：")
        expect(desk.locator("#body_zh_CN-error")).to_have_count(0)
        fits(desk)
        press(desk, desk.get_by_role("button", name="保存", exact=True))
        said(desk, "已保存，从下一条消息起用新的写法。")

        phone = floor.page_of(house["agent"], size=PHONE, has_touch=True, is_mobile=True)
        phone.goto("/me/notifications")
        expect(phone.get_by_label("邮件")).to_be_checked()
        fits(phone)
        quiet = floor.page_of(house["mate"], size=PHONE)
        quiet.goto("/me/notifications")
        quiet.get_by_label("邮件").uncheck()
        press(quiet, quiet.get_by_role("button", name="保存"))
        said(quiet, "已保存。")

        lead = floor.page_of(house["lead"])
        lead.goto("/late?who=left")
        press(lead, lead.get_by_role("button", name="催全部 2 项"))
        press(lead, lead.get_by_role("button", name="发送提醒"))
        floor.fresh_read()
        assert outgoing.send_waiting()
        desk.goto("/settings/deliveries")
        expect(desk.locator("tbody tr")).to_have_count(1)
        expect(row(desk, "林小满")).to_contain_text("已发出")
    assert [letter.rcpt_tos for letter in box.letters] == [["admin@example.com"], ["a1@example.com"]]
    told = message_from_bytes(box.letters[1].content, policy=policy.default)
    assert "林小满，今天请抽空：" in told.get_body(("plain",)).get_content()
