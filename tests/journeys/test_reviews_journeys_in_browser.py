"""Appraisals, inspections, awards and deductions in a browser, from what is handed in to what counts."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from lms.core import clock
from lms.performance.jobs import inspections as inspection_jobs
from lms.reviews.jobs import rewards
from tests.support.journeys import at, row, said
from tests.support.live import PHONE, Floor, fits, press
from tests.support.make import Role, a_person, as_actor
from tests.support.make_appraisals import a_composite, a_cycle, a_floor, appraisal_of
from tests.support.make_awards import LAST, a_deduction_rule, an_award_rule, scored
from tests.support.make_cycles import a_quarters_lesson, finishes
from tests.support.make_inspections import an_item
from tests.support.make_sessions import NOON

pytestmark = pytest.mark.browser


@pytest.fixture
def house(floor: Floor):
    return a_floor()


def written(page: Page, mark: str, words: str) -> None:
    """Fill in a side's part of an appraisal: this mark for whatever is marked, these words where words are asked for."""
    for each in page.locator("main select[name^=mark-]").all():
        each.select_option(mark)
    for each in page.locator("main textarea[name^=text-]").all():
        each.fill(words)


def test_an_appraisal_goes_from_both_sides_to_a_second_version_and_keeps_the_first(floor: Floor, house):
    with at(floor, NOON):
        a_composite(house.agent, 79.17)
        a_cycle(house.actor("hr"), house.agent)
        one = appraisal_of(house.agent)
        agent = floor.page_of(house.agent, size=PHONE, java_script_enabled=False)
        agent.goto("/reviews")
        press(agent, agent.get_by_role("link", name=re.compile("自评")).first)
        floor.allowed.append("422")
        agent.locator("textarea[name^=text-]").first.fill("夜里接了一单急的")
        press(agent, agent.get_by_role("button", name="交自评"))
        expect(agent.get_by_text("请打分。").first).to_be_visible()
        expect(agent.locator("textarea[name^=text-]").first).to_have_value("夜里接了一单急的")
        written(agent, "4", "夜里接了一单急的")
        press(agent, agent.get_by_role("button", name="交自评"))
        said(agent, "自评已交")

        lead = floor.page_of(house.lead)
        lead.goto(f"/reviews/{one}")
        expect(lead.get_by_role("region", name="综合评分")).to_contain_text("79.17")
        lead.locator("summary", has_text="陈予 的自评").click()
        expect(lead.locator("main")).to_contain_text("夜里接了一单急的")
        written(lead, "4", "带了两个新人")
        fits(lead)
        press(lead, lead.get_by_role("button", name="交评价"))
        agent.reload()
        expect(agent.locator("main")).not_to_contain_text("带了两个新人")

        desk = floor.page_of(house.hr)
        desk.goto(f"/reviews/{one}")
        expect(desk.get_by_role("region", name="考核得分")).to_contain_text("79.42")
        fits(desk)
        press(desk, desk.get_by_role("button", name="封存，请双方签字"))

        agent.reload()
        expect(agent.locator("main")).to_contain_text("带了两个新人")
        agent.get_by_label("我已阅读并签字").check()
        press(agent, agent.get_by_role("button", name="签字"))
        lead.goto(f"/reviews/{one}")
        lead.get_by_label("我已阅读并签字").check()
        fits(lead)
        press(lead, lead.get_by_role("button", name="签字"))

        agent.reload()
        agent.locator("summary", has_text="不同意？").click()
        agent.get_by_label("哪里不对").fill("满意度样本只有 9 个")
        agent.get_by_label("您希望怎么改").fill("按全部会话重算")
        press(agent, agent.get_by_role("button", name="提交申诉"))
        said(agent, "申诉已提交")
        desk.goto(f"/reviews/{one}")
        desk.get_by_label("答复和理由").fill("样本确实太少")
        desk.get_by_label("或直接填新的分数").fill("80.5")
        fits(desk)
        press(desk, desk.get_by_role("button", name="成立，出第 2 版"))
        for page in (agent, lead):
            page.goto(f"/reviews/{one}")
            page.get_by_label("我已阅读并签字").check()
            press(page, page.get_by_role("button", name="签字"))
        agent.reload()
        expect(agent.locator("main .figure").first).to_contain_text("80.50")
        press(agent, agent.get_by_role("link", name="第 1 版"))
        expect(agent.locator("main .figure").first).to_contain_text("79.42")
        lead.goto(f"/reviews/{one}/print")
        expect(lead.locator("main")).to_contain_text("80.50")
        fits(lead)


SHEET = (
    "工号,会话号,日期,检查项,得分,原话\n"
    "{no},C-1,2026-11-20,承诺到货时间,不合格,您打 13812345678 给我，明天一定到\n"
    "{no},C-2,2026-11-21,承诺到货时间,不合格,后天一定到\n"
)
LATER = "工号,会话号,日期,检查项,得分\n{no},C-3,2026-12-02,承诺到货时间,合格\n{no},C-4,2026-12-03,承诺到货时间,合格\n"


def takes(page: Page, text: str) -> None:
    """Bring in a sheet of inspections by the page that stands open."""
    page.goto("/inspections/import")
    page.locator("#file").set_input_files(
        {"name": "质检.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}
    )
    press(page, page.get_by_role("button", name="看看会怎样"))


def test_an_inspection_may_be_appealed_then_counts_is_learned_and_closed(floor: Floor, house):
    no = house.agent.employee_no
    with at(floor, NOON):
        inspector = a_person(Role.QUALITY, team=house.root, name="乔安")
        second = a_person(Role.QUALITY, team=house.root, name="丁一")
        lesson = a_quarters_lesson(as_actor(a_person(Role.TRAINER, team=house.root)))
        an_item("承诺到货时间", lesson=lesson, actor=as_actor(inspector))
        desk = floor.page_of(inspector)
        takes(desk, SHEET.format(no=no))
        expect(desk.locator("main")).to_contain_text("【手机号1】")
        expect(desk.locator("main")).not_to_contain_text("13812345678")
        fits(desk)
        press(desk, desk.get_by_role("button", name="导入 2 条，告诉 1 人"))

        agent = floor.page_of(house.agent, size=PHONE, java_script_enabled=False)
        agent.goto("/inspections/mine")
        press(agent, agent.locator("li", has_text="C-1").get_by_role("link"))
        agent.get_by_label("为什么").fill("顾客问的是同城，当天能到")
        press(agent, agent.get_by_role("button", name="提交申诉"))
        expect(agent.locator("main")).to_contain_text("答复以前不生效")

        other = floor.page_of(second)
        other.goto("/inspections?state=appealed")
        press(other, other.locator("tbody th a").first)
        fits(other)
        other.get_by_label("承诺到货时间").check()
        other.get_by_label("理由").fill("同城当日达，确实能到")
        press(other, other.get_by_role("button", name="答复并告诉本人"))
        inspection_jobs.take_effect()
        agent.goto("/")
        expect(agent.locator("main")).not_to_contain_text("四季度的课")  # nothing follows before the days are over

    with at(floor, NOON + timedelta(days=4)):
        inspection_jobs.take_effect()
        agent.goto("/inspections/mine")
        expect(row(agent, "C-1")).to_contain_text("已改判")
        expect(row(agent, "C-2")).to_contain_text("已生效")
        agent.goto("/")
        expect(agent.locator("main")).to_contain_text("四季度的课")
        floor.fresh_read()
        finishes(house.agent.id, lesson)
        inspection_jobs.keep_loops()
        lead = floor.page_of(house.lead)
        lead.goto("/inspections/loops")
        expect(row(lead, "陈予")).to_contain_text("待复检")
        fits(lead)

    with at(floor, NOON + timedelta(days=10)):
        takes(desk, LATER.format(no=no))
        press(desk, desk.get_by_role("button", name=re.compile("^导入 2 条")))
    with at(floor, NOON + timedelta(days=14)):
        floor.fresh_read()
        inspection_jobs.take_effect()
        inspection_jobs.keep_loops()
        lead.goto("/inspections/loops?state=closed")
        expect(row(lead, "陈予")).to_contain_text("已闭环")


def test_an_award_is_proposed_confirmed_and_told_to_payroll(floor: Floor, house):
    with at(floor, NOON):
        scored(house.agent, 91.5)
        scored(house.mate, 88)
        an_award_rule(house.actor("hr"), name="季度之星")
        desk = floor.page_of(house.hr)
        desk.goto("/awards/rules")
        press(desk, desk.get_by_role("link", name="季度之星"))
        desk.locator("#period").select_option(LAST)
        press(desk, desk.get_by_role("button", name="算名单"))
        expect(row(desk, "陈予")).to_contain_text("拟得奖")
        fits(desk)
        mate = floor.page_of(house.mate, size=PHONE)
        mate.goto("/awards")
        expect(mate.locator("main")).to_contain_text("还没有人得奖")
        row(desk, "陈予").locator("summary").click()
        row(desk, "陈予").get_by_label("为什么移出").fill("本人请求不参评")
        press(desk, row(desk, "陈予").get_by_role("button", name="移出"))
        expect(row(desk, "许文静")).to_contain_text("拟得奖")
        press(desk, desk.get_by_role("button", name="确认这 1 个得奖者"))
        mate.goto("/inbox")
        expect(mate.locator(".inbox")).to_contain_text("季度之星")
        desk.goto("/awards/payroll")
        expect(row(desk, "许文静")).to_contain_text("300.00")
        fits(desk)
        with desk.expect_download() as got:
            desk.get_by_role("link", name=re.compile("CSV")).click()
        lines = got.value.path().read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 2
        assert "许文静" in lines[1]
        assert lines[1].endswith(",300")


def test_points_are_told_first_may_be_appealed_against_and_are_never_money(floor: Floor, house):
    with at(floor, NOON):
        a_deduction_rule(house.actor("hr"), red_line=True)
        lead = floor.page_of(house.lead)
        lead.goto("/deductions")
        press(lead, lead.get_by_role("link", name="记一条"))
        lead.get_by_label("工号").fill(house.agent.employee_no)
        lead.get_by_label("哪天发生的").fill("2026-11-23")
        lead.get_by_label("按哪条规则").select_option(index=1)
        lead.get_by_label("发生了什么").fill("让顾客自己改地址，规定是我们登记。")
        fits(lead)
        press(lead, lead.get_by_role("button", name="保存并通知本人"))

        agent = floor.page_of(house.agent, size=PHONE, java_script_enabled=False)
        agent.goto("/me/deductions")
        press(agent, agent.get_by_role("link", name="答复与规定不符"))
        expect(agent.locator("main")).to_contain_text("现在不算数")
        expect(agent.locator("main")).not_to_contain_text("元")
        agent.get_by_label("为什么不该扣").fill("那天系统登记不了，留了言。")
        press(agent, agent.get_by_role("button", name="提交申诉"))
        address = agent.url
        lead.goto(address)
        expect(lead.locator("main")).to_contain_text("要由另一位主管或人事答复")
        desk = floor.page_of(house.hr)
        desk.goto(address)
        desk.get_by_label("答复", exact=True).fill("查过工单，系统那天确实登记不了。")
        fits(desk)
        press(desk, desk.get_by_role("button", name="撤销扣分"))
        with clock.shifted(timedelta(days=7)):
            rewards.let_deductions_count()
        agent.goto(address)
        expect(agent.locator("main")).to_contain_text("不算数，档案里也不显示")
