"""From a search in vain to the answer, in a real browser: missed, gathered, written, published, told."""

import re

import pytest
from playwright.sync_api import expect

from lms.accounts.models import Person
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.here import today
from lms.core.sheets import csv_bytes
from tests.support.live import DESK, PHONE, Floor, fits
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_kb import a_gap, a_shop, counted, gaps_by_title, missed_by, searched, the_gap, viewed, voted

pytestmark = pytest.mark.browser


def test_what_an_agent_misses_is_written_and_the_agent_hears_of_it(floor: Floor):
    team = a_team("售后一组")
    agent, trainer = a_person(Role.AGENT, team=team, name="许文静"), a_person(Role.TRAINER, team=team, name="苏岩")
    a_document(as_actor(trainer), an_article_text("退货时效"), slug="after-sales/time")
    seeker = floor.page_of(agent, size=PHONE)
    seeker.goto("/kb?q=改地址")
    seeker.get_by_role("button", name="告诉知识库").click()
    expect(seeker.get_by_text("已告诉知识库")).to_be_visible()
    floor.fresh_read()
    missed_by("能不能改一下地址", *(a_person(Role.AGENT, team=team) for _ in range(2)))
    counted()
    assert the_gap().title == "改地址"

    page = floor.page_of(trainer)
    page.goto("/")
    page.get_by_role("link", name=re.compile("^改地址")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("改地址")
    expect(page.get_by_text("许文静")).to_be_visible()
    page.get_by_label("标题").fill("发货前怎么改地址")
    page.get_by_label("分类").select_option("after-sales")
    page.get_by_role("button", name="建草稿并打开").click()
    page.wait_for_url(re.compile(r"/edit"))
    expect(page.locator("#markdown")).to_have_value(re.compile(r"别名: \[.*改地址.*\]"))
    page.goto(page.url.split("/edit")[0] + "/publish")
    page.get_by_label("改了什么").fill("顾客常问")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url(re.compile(r"/history"))
    floor.fresh_read()
    assert the_gap().state == "closed"

    seeker.goto("/inbox")
    seeker.get_by_text("你搜过的“改地址”现在有答案了").click()
    expect(seeker.get_by_role("heading", level=1)).to_contain_text("发货前怎么改地址")
    seeker.goto("/kb?q=改地址")
    expect(seeker.get_by_role("link", name=re.compile("发货前怎么改地址")).first).to_be_visible()


def test_a_file_is_looked_at_and_taken_with_the_keyboard_alone(floor: Floor, tmp_path):
    trainer = a_person(Role.TRAINER)
    file = tmp_path / "reasons.csv"
    file.write_bytes(csv_bytes(["原因", "店铺", "次数", "日期"], [["改地址", "", 12, today()], ["", "", 1, today()]]))
    page = floor.page_of(trainer)
    page.goto("/kb/care/gaps/import")
    page.get_by_label("表格（CSV 或 XLSX）").set_input_files(file)
    page.get_by_role("button", name="看看会记什么").press("Enter")
    expect(page.get_by_text("没有写原因或内容")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="只导入对的 1 种").press("Enter")
    expect(page.get_by_role("link", name="改地址")).to_be_visible()


def test_without_a_script_a_gap_is_dismissed_and_found_again(floor: Floor):
    gap = a_gap("今天吃什么")
    page = floor.page_of(a_person(Role.TRAINER), java_script_enabled=False)
    page.goto(f"/kb/care/gaps/{gap.public_id}")
    page.locator("details.fold > summary").click()
    page.get_by_label("不算缺口，因为").fill("不是知识")
    page.get_by_role("button", name="记为不算缺口").click()
    expect(page.get_by_text("记为不算缺口：不是知识")).to_be_visible()
    page.goto("/kb/care/gaps?state=dismissed")
    expect(page.get_by_role("link", name="今天吃什么")).to_be_visible()


def test_the_tab_of_the_page_is_seen_on_a_phone(floor: Floor):
    page = floor.page_of(a_person(Role.TRAINER), size=PHONE)
    page.goto("/kb/care/must-reads")
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
    fits(page)


@pytest.mark.parametrize(("size", "shade"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
def test_gaps_and_the_report_pass_axe_in_both_languages(floor: Floor, size, shade):
    trainer = a_person(Role.TRAINER, name="苏岩")
    agents = [a_person(Role.AGENT, name=f"客服{number}") for number in range(6)]
    article = a_document(as_actor(trainer), an_article_text("价保申请"), slug="orders/price")
    a_shop("抖音店", "douyin")
    for agent in agents:
        viewed(agent, article)
        voted(agent, article, reason="unclear")
        searched(agent, "改地址", shop="douyin", times=2)
        searched(agent, "价保", hits=1)
    searched(agents[0], "税票")
    counted()
    floor.fresh_read()
    gap = gaps_by_title()["改地址"].public_id
    paths = [
        "/", "/kb/care/gaps", "/kb/care/gaps?state=closed", "/kb/care/gaps?state=candidates", "/kb/care/gaps/import",
        f"/kb/care/gaps/{gap}", "/kb?q=zzz改地址",
        *(f"/reports/knowledge?section={key}" for key in ("review", "reads", "searches", "zero", "votes", "people", "gaps")),
    ]  # fmt: skip
    for locale in ("zh_CN", "en"):
        speak(trainer, locale)
        floor.fresh_read()
        page = floor.page_of(trainer, size=size, color_scheme=shade)
        for path in paths:
            page.goto(path)
            fits(page)


def speak(person: Person, locale: str) -> None:
    with transaction() as s:
        s.get_one(Person, person.id).locale = locale
