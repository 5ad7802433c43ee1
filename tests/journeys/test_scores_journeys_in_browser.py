"""Figures, composites, profiles and proofs in a browser, as a lead, an agent, HR and a visitor use them.

The quarter is 2026Q4 and the day 24 November; A1017's points are those of the sample company, 79.17 in all.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.actions import close
from lms.accounts.models import Person
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.performance.models import Formula, KpiMapping, KpiValue
from lms.performance.rules.formulas import PartSpec, Spec
from tests.support.journeys import at, row, said
from tests.support.live import PHONE, Floor, fits, press
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_profiles import passed_paper
from tests.support.make_scores import A_SPEC, a_formula, chen_yu, computed
from tests.support.make_sessions import NOON

pytestmark = pytest.mark.browser

QUARTER = "2026Q4"


@pytest.fixture
def house(floor: Floor) -> dict[str, Person]:
    """A team with its lead and two agents below a head office with HR."""
    root = a_team("客服中心")
    team = a_team("售后一组", root)
    return {
        "hr": a_person(Role.HR, team=root, name="何岚", no="H1001"),
        "lead": a_person(Role.LEAD, team=team, name="周敏", no="L1001"),
        "agent": a_person(Role.AGENT, team=team, name="陈予", no="A1017"),
        "mate": a_person(Role.AGENT, team=team, name="许文静", no="A1002"),
    }


def a_file(page: Page, name: str, text: str) -> None:
    """Choose a file of this text in the form that stands at #file."""
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")})


def test_a_lead_brings_in_a_sheet_with_an_unknown_column_and_a_wrong_row(floor: Floor, house):
    head = "工号,周期,满意度,满意度样本数,五星占比\n"
    with at(floor, NOON):
        lead = floor.page_of(house["lead"])
        lead.goto("/kpis")
        press(lead, lead.get_by_role("link", name="导入第一张表"))
        a_file(lead, "十月.csv", head + "A1017,2026-10,77.8%,9,60\nA1002,2026-10,177,40,80\nH1001,2026-10,90,3,70\n")
        press(lead, lead.get_by_role("button", name="看看会改什么"))
        refused = lead.get_by_role("region", name="2 处不能导入")
        expect(row(refused, "第 3 行")).to_contain_text("大于可能的最大值")
        expect(row(refused, "第 4 行")).to_contain_text("H1001")  # whom the lead does not lead
        lead.get_by_label("五星占比").select_option(label="不是指标，以后不问")
        fits(lead)
        press(lead, lead.get_by_role("button", name="记住，再看一遍"))
        said(lead, "已记住 1 列")
        expect(lead.get_by_role("region", name=re.compile("列不认识"))).to_have_count(0)
        expect(lead.get_by_role("button", name=re.compile("^导入"))).to_have_count(0)
        floor.fresh_read()
        assert session().query(KpiValue).count() == 0

        press(lead, lead.get_by_role("link", name="换一个文件"))
        a_file(lead, "十月改.csv", head + "A1017,2026-10,77.8%,9,60\nA1002,2026-10,92,40,80\n")
        press(lead, lead.get_by_role("button", name="看看会改什么"))
        fits(lead)
        press(lead, lead.get_by_role("button", name="导入 2 个数"))
        said(lead, "新增 2 个数")
        expect(row(lead, "十月改.csv")).to_contain_text("周敏")
        lead.goto("/kpis?period=2026-10")
        expect(row(lead, "陈予")).to_contain_text("77.8%")
        floor.fresh_read()
        assert session().query(KpiMapping).one().title == "五星占比"


def test_an_agent_follows_a_point_down_to_the_row_it_rests_on_and_confirms_the_formula(floor: Floor, house):
    with at(floor, NOON):
        chief = as_actor(house["hr"])
        a_formula(
            chief, QUARTER, Spec(parts=(*A_SPEC.parts[:3], A_SPEC.parts[4], PartSpec(source="training", weight=10)))
        )
        chen_yu(chief, house["agent"], house["mate"], QUARTER)
        passed_paper(house["agent"])
        computed(QUARTER)
        phone = floor.page_of(house["agent"], size=PHONE, has_touch=True, is_mobile=True)
        phone.goto("/me/profile")
        press(phone, phone.get_by_role("link", name="每一项从哪里来"))
        expect(phone.get_by_role("region", name=re.compile("得分构成"))).to_contain_text("/ 100")
        expect(phone.locator("main")).to_contain_text("未公示")
        part = phone.locator("article").filter(has=phone.get_by_role("heading", name="满意度"))
        expect(part).to_contain_text("77.8%")
        expect(part).to_contain_text("样本仅 9 条，已按组均值 92 修正 +7.1。")
        expect(part).to_contain_text("84.9")
        fits(phone)
        trained = phone.locator("article").filter(has=phone.get_by_role("heading", name="培训"))
        press(phone, trained.get_by_role("link", name="投诉小测"))
        expect(phone.locator("main")).to_contain_text("投诉小测")

        phone.goto("/inbox")
        press(phone, phone.get_by_role("button", name=re.compile("公式")).first)
        fits(phone)
        press(phone, phone.get_by_role("button", name="已阅确认"))
        expect(phone.locator("main")).to_contain_text("您已于")

        lead = floor.page_of(house["lead"])
        lead.goto(f"/scores?period={QUARTER}")
        press(lead, lead.get_by_role("link", name="陈予"))
        press(lead, lead.get_by_role("link", name="看指标和更正记录").first)
        expect(row(lead, "满意度")).to_contain_text("77.8%")


def test_a_change_of_weights_is_tried_and_says_who_moves_before_anything_is_kept(floor: Floor, house):
    with at(floor, NOON):
        chief = as_actor(house["hr"])
        formula = a_formula(chief, QUARTER)
        chen_yu(chief, house["agent"], house["mate"], QUARTER)
        computed(QUARTER)
        desk = floor.page_of(house["hr"])
        desk.goto(f"/formulas/{formula}")
        press(desk, desk.get_by_role("link", name="试算：谁会变动"))
        desk.locator("#weight_0").fill("50")
        floor.allowed.append("422")
        press(desk, desk.get_by_role("button", name="试算：谁会变动"))
        expect(desk.get_by_role("alert").first).to_contain_text("100")
        expect(desk.locator("#weight_0")).to_have_value("50")
        desk.locator("#weight_1").fill("5")
        press(desk, desk.get_by_role("button", name="试算：谁会变动"))
        tried = desk.get_by_role("region", name="谁会变动")
        expect(tried).to_contain_text("2 人里")
        expect(row(tried.locator(".table-wide"), "陈予")).to_contain_text("79.17")
        expect(row(tried.locator(".table-wide"), "陈予").locator("strong")).to_have_text("+0.58")
        fits(desk)
        floor.fresh_read()
        assert [part["weight"] for part in session().query(Formula).one().spec["parts"]][:2] == [30, 25]
        press(desk, desk.get_by_role("button", name="存为新草稿"))
        said(desk, "草稿已保存")
        floor.fresh_read()
        assert session().query(Formula).count() == 2


def test_a_profile_is_printed_a_proof_is_checked_by_anybody_and_looks_are_told(floor: Floor, house):
    with at(floor, NOON):
        passed_paper(house["agent"])
        lead = floor.page_of(house["lead"])
        lead.goto("/people/A1017/profile")
        expect(lead.locator("h1")).to_contain_text("陈予")
        fits(lead)
        lead.goto("/people/A1017/profile/print")
        expect(lead.locator("main")).to_contain_text("投诉小测")
        expect(lead.locator("main")).to_contain_text("主管签字")
        fits(lead)

        phone = floor.page_of(house["agent"], size=PHONE, java_script_enabled=False)
        phone.goto("/people/A1017/proof")
        phone.locator("#from").fill("2026-11-01")
        phone.locator("#to").fill("2026-11-24")
        press(phone, phone.get_by_role("button", name="看看会写什么"))
        expect(phone.get_by_role("region", name="会写这些")).to_contain_text("投诉小测")
        press(phone, phone.get_by_role("button", name="签发这份证明"))
        code = phone.locator("dl div", has_text="证明编号").locator("dd").inner_text().strip()

        visitor = floor.page_of(None, size=PHONE)
        visitor.goto("/proofs")
        visitor.get_by_label("证明编号").fill(code.lower())
        press(visitor, visitor.get_by_role("button", name="核验"))
        expect(visitor.get_by_role("status")).to_contain_text("由本学院签发")
        expect(visitor.get_by_role("status")).not_to_contain_text("陈予")
        expect(visitor.get_by_role("status")).to_contain_text("陈")
        fits(visitor)
        visitor.get_by_label("证明编号").fill("ABCD-EFGH-JKLM")
        floor.allowed.append("404")
        press(visitor, visitor.get_by_role("button", name="核验"))
        expect(visitor.get_by_role("status")).to_contain_text("没有这个编号")

        phone.goto("/me/looks")
        expect(phone.locator("tbody tr")).to_have_count(1)
        expect(row(phone, "周敏")).to_contain_text("档案")


def test_hr_exports_and_erases_somebody_after_seeing_what_goes(floor: Floor, house):
    with at(floor, NOON):
        gone = a_person(Role.AGENT, team=None, name="已离职", no="A1099")
        passed_paper(gone)
        desk = floor.page_of(house["hr"], java_script_enabled=False)
        desk.goto("/people/A1099/privacy")
        held = desk.get_by_role("region", name="学院里有什么")
        expect(row(held, "attempt_item")).to_contain_text("内容清空")
        with desk.expect_download() as got:
            desk.get_by_role("button", name="导出全部信息").click()
        assert got.value.suggested_filename == "A1099.zip"
        expect(desk.locator("main")).to_contain_text("还在职的人不能删除个人信息")
        with transaction():
            close(as_actor(house["hr"]), gone.id)
        desk.reload()
        expect(desk.get_by_role("region", name="删除个人信息")).to_contain_text("只剩编号")
        desk.get_by_label("再写一遍工号").fill("A1098")
        floor.allowed.append("422")
        press(desk, desk.get_by_role("button", name="删除个人信息"))
        expect(desk.get_by_role("alert")).to_contain_text("请再写一遍工号")
        desk.get_by_label("再写一遍工号").fill("A1099")
        press(desk, desk.get_by_role("button", name="删除个人信息"))
        said(desk, "个人信息已删除")
        floor.fresh_read()
        assert session().get_one(Person, gone.id).name in ("", None)
