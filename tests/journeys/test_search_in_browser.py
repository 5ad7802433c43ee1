"""Searching in a real browser: from any page by one key, as one types, with the shop that is asked for, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.accounts.models import Person, PersonShop
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.kb.models import SearchLog
from tests.support.live import PHONE, Floor, StoppedClock, fits, looks
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_kb import a_shop
from tests.support.make_search import indexed
from tests.support.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture
def agent(floor: Floor) -> Person:
    author = as_actor(a_person(Role.TRAINER))
    texts = (
        ("price", an_article_text("价保申请", "## 时效\n十五天内申请价保。\n\n## 差价\n退差价。")),
        ("jd", an_article_text("京东的价保", "## 时效\n按京东的规则。", 适用="[jd]", 别名="[保价]")),
        ("return", an_article_text("七天无理由退货", "## 时效\n签收次日起七天。")),
    )
    for slug, text in texts:
        a_document(author, text, slug=slug)
    words = "---\n类型: 词表\n词表: 同义词\n---\n# 表\n\n- 价保 | 买贵了\n"
    a_document(author, words, kind="words", slug="words/same")
    person = a_person(Role.AGENT)
    tmall, _ = a_shop("天猫店", "tmall"), a_shop("京东店", "jd")
    with transaction() as s:
        s.add(PersonShop(person_id=person.id, shop_id=tmall.id))
    indexed()
    return person


def box(page: Page):
    return page.locator("input[data-hints]:visible").last


def searches(floor: Floor) -> list[tuple[str, str, bool]]:
    floor.fresh_read()
    rows = session().execute(select(SearchLog.query, SearchLog.shop, SearchLog.clicked_id).order_by(SearchLog.id))
    return [(query, shop, clicked is not None) for query, shop, clicked in rows]


def test_one_key_types_an_arrow_chooses_and_enter_opens_the_section(floor: Floor, agent: Person):
    page = floor.page_of(agent)
    page.goto("/courses")
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("买贵了")
    options = page.get_by_role("option")
    expect(options).to_have_count(3)
    expect(options.first.locator("mark").first).to_have_text("价保")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.get_attribute("id")
    expect(box(page)).to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kb/price?for=*")
    expect(page.locator("h1")).to_have_text("价保申请")
    assert searches(floor) == [("买贵了", "", True)]


def test_escape_closes_the_list_and_enter_without_a_choice_searches(floor: Floor, agent: Person):
    page = floor.page_of(agent)
    page.goto("/kb")
    box(page).fill("价保")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box(page)).to_have_value("价保")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kb?q=*")
    expect(page.locator(".hit")).to_have_count(2)
    assert searches(floor) == [("价保", "", False)]


def test_words_that_were_typed_on_are_no_search_in_vain_however_late_their_answer_comes(floor: Floor, agent: Person):
    page, held = floor.page_of(agent), []
    time = StoppedClock(page)
    page.goto("/kb")
    page.route("**/kb/search/hints?*", lambda route: held.append(route), times=1)
    box(page).fill("火星")
    page.clock.run_for(200)
    until(lambda: page.evaluate("true") and held)
    box(page).fill("价保")
    held[0].continue_()
    time.goes_on(1)
    expect(page.get_by_role("option")).to_have_count(3)
    time.goes_on(4)
    assert searches(floor) == []


def test_the_key_is_a_letter_where_somebody_writes_and_finds_the_box_on_the_results(floor: Floor, agent: Person):
    page = floor.page_of(agent)
    page.goto("/kb?q=价保")
    page.keyboard.press("/")
    expect(page.locator(".kb-find input[name=q]")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("/")
    expect(box(page)).to_have_value("价保/")


def test_what_is_found_for_another_shop_says_so_until_that_shop_is_chosen(floor: Floor, agent: Person):
    page = floor.page_of(agent)
    page.goto("/kb?q=价保")
    hits = page.locator(".hit")
    expect(hits.first).to_contain_text("价保申请")
    expect(hits.nth(1)).to_contain_text("只适用：京东店")
    page.get_by_role("link", name="京东店", exact=True).click()
    expect(page.get_by_role("link", name="京东店", exact=True)).to_have_attribute("aria-current", "true")
    expect(page.locator(".hit-tags")).to_have_count(0)
    page.locator(".hit").first.click()
    page.wait_for_url("**/kb/*from=*")
    page.wait_for_load_state()
    assert searches(floor)[-1][:2] == ("价保", "jd")


def test_a_phone_finds_with_its_thumb_and_a_slip_of_it(floor: Floor, agent: Person):
    page = floor.page_of(agent, size=PHONE, has_touch=True)
    page.goto("/kb")
    box(page).tap()
    page.keyboard.type("tuihou")
    expect(page.get_by_role("option").first).to_contain_text("七天无理由退货")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="已按“退货”搜")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator(".hit").first.tap()
    page.wait_for_url("**/kb/return*")


def test_without_a_script_the_box_is_a_plain_form(floor: Floor, agent: Person):
    page = floor.page_of(agent, java_script_enabled=False)
    page.goto("/kb")
    page.locator(".kb-find input").fill("价保")
    page.locator(".kb-find input").press("Enter")
    expect(page.locator(".hit").first).to_contain_text("价保申请")
    page.locator(".search-more summary").click()
    page.get_by_label("只看复审期内的").check()
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(re.compile("in_review=1"))


@looks("size", "shade", "language")
def test_the_search_passes_axe_and_never_scrolls_sideways(floor: Floor, agent: Person, size, shade, language):
    with transaction() as s:
        s.get(Person, agent.id).locale = language
    page = floor.page_of(agent, size=size, color_scheme=shade)
    for path in ("/kb?q=价保&in_review=1", "/kb?q=价保 火星", "/kb?q=qwrtz", "/kb?q=tuihou"):
        page.goto(path)
        fits(page, path)
    page.goto("/kb")
    box(page).fill("价保")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    fits(page, "hints")


def test_a_trainer_says_what_means_the_same_in_a_table_and_it_is_found(floor: Floor, agent: Person):
    trainer = a_person(Role.TRAINER)
    page = floor.page_of(trainer)
    page.goto("/studio/words/words/same/edit?view=form")
    page.locator("#piece-0").click()
    page.get_by_label("同义的说法").first.fill("买贵了、刚买就降价")
    page.get_by_role("button", name="加一行").click()
    page.get_by_label("词", exact=True).last.fill("退货")
    page.get_by_label("同义的说法").last.fill("退回去")
    page.get_by_role("button", name="完成").click()
    expect(page.locator("#piece-0")).to_contain_text("2 条")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-state]")).to_contain_text("已保存")
    page.goto("/studio/words/words/same/publish")
    page.get_by_label("改了什么").fill("补了顾客的说法")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url("**/history*")
    seeker = floor.page_of(agent)
    for query, title in (("刚买就降价", "价保申请"), ("退回去", "七天无理由退货")):
        seeker.goto(f"/kb?q={query}")
        expect(seeker.locator(".hit").first).to_contain_text(title)


@looks("size", "shade")
def test_the_table_of_words_passes_axe_and_never_scrolls_sideways(floor: Floor, agent: Person, size, shade):
    banned = "---\n类型: 词表\n词表: 禁用语\n---\n# 禁用语\n\n- 一定到 | 保证到 => 预计…到\n    - 依据：法律\n"
    a_document(as_actor(a_person(Role.TRAINER)), banned, kind="words", slug="words/banned")
    page = floor.page_of(a_person(Role.TRAINER), size=size, color_scheme=shade)
    for slug in ("words/same", "words/banned"):
        page.goto(f"/studio/words/{slug}/edit?view=form")
        fits(page, slug)
        page.locator("#piece-0").click()
        expect(page.locator("[data-card]")).to_be_visible()
        fits(page, f"{slug} open")
