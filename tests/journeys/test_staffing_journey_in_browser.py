"""Staff before a peak in a browser: plan, forecast, gap, one press to assign, and a what-if that keeps nothing."""

import pytest
from playwright.sync_api import expect

from lms.core.access import Role
from lms.core.db import session
from lms.readiness.models import StaffPlan
from tests.support import make_certificates as certificates
from tests.support.journeys import at, row, said
from tests.support.live import PHONE, Floor, fits, press
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_sessions import NOON

pytestmark = pytest.mark.browser

FORECAST = "日期,订单量,咨询量\n2027-01-04,14800,5180\n2027-01-05,9000,3150\n下周三,9000,3150\n"


def test_a_forecast_becomes_a_need_a_gap_and_training_given_with_one_press(floor: Floor):
    with at(floor, NOON):
        team = a_team("售后一组", a_team("客服中心"))
        lead = a_person(Role.LEAD, team=team, name="方远")
        trainer = as_actor(a_person(Role.TRAINER, name="苏岩"))
        basics = a_document(trainer, an_article_text("售后基础"), slug="after-sales/basics")
        peak = a_document(trainer, an_article_text("大促期间怎么接待"), slug="peak/how")
        queue = certificates.a_queue(basics.id, peak.id, name="年货节专线")
        ready, nearly, _new = (a_person(Role.AGENT, team=team, name=name) for name in ("许文静", "陈予", "林小满"))
        for person, documents in ((ready, (basics, peak)), (nearly, (basics,))):
            for document in documents:
                certificates.completes(person, document.id)
        desk = floor.page_of(lead)
        desk.goto("/staffing")
        press(desk, desk.get_by_role("link", name="做第一份计划"))
        desk.locator("#name").fill("年货节")
        desk.locator("#from_on").fill("2027-01-04")
        desk.locator("#until_on").fill("2027-01-06")
        desk.locator("#present").fill("2")
        desk.locator("#base_orders").fill("13800")
        desk.get_by_label("证书或队列").first.select_option(label=queue.name)
        floor.allowed.append("422")
        press(desk, desk.get_by_role("button", name="保存"))
        expect(desk.locator("#skill0-error")).to_contain_text("100")
        expect(desk.locator("#name")).to_have_value("年货节")
        desk.locator("#share0").fill("100")
        fits(desk)
        press(desk, desk.get_by_role("button", name="保存"))
        expect(desk.locator("h1")).to_have_text("每天的预测")
        desk.locator("#file").set_input_files(
            {"name": "预测.csv", "mimeType": "text/csv", "buffer": FORECAST.encode("utf-8-sig")}
        )
        press(desk, desk.get_by_role("button", name="先看会改什么"))
        expect(desk.get_by_role("region", name="1 行不能导入")).to_contain_text("下周三")
        fits(desk)
        press(desk, desk.get_by_role("button", name="只导入对的 2 天"))
        figures = desk.locator(".kfigures .figure")
        expect(figures).to_have_text(["3", "1", "2"])  # 2 + ⌈1,000 ÷ 1,000⌉ needed, one certified, two missing
        expect(desk.locator("main")).to_contain_text("复训 1 人")
        fits(desk)
        plan = desk.url

        press(desk, desk.get_by_role("link", name="试算"))
        desk.locator("#percent").fill("20")
        press(desk, desk.get_by_role("button", name="算一下"))
        expect(desk.locator(".kfigures .figure").first).to_have_text("6")
        expect(desk.locator("main")).to_contain_text("原来 3")
        fits(desk)
        floor.fresh_read()
        assert session().query(StaffPlan).one().present == 2

        desk.goto(plan)
        press(desk, desk.get_by_role("link", name="派复训…"))
        expect(row(desk, "陈予")).to_contain_text("大促期间怎么接待")
        fits(desk)
        press(desk, desk.get_by_role("button", name="派给这 1 人"))
        said(desk, "1 人")
        phone = floor.page_of(nearly, size=PHONE)
        phone.goto("/")
        expect(phone.locator("main")).to_contain_text("大促期间怎么接待")
