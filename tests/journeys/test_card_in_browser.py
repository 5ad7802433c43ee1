"""A rule changes: an agent confirms on a phone in a minute, and the lead sees it; every page is usable by everybody."""

import pytest
from playwright.sync_api import expect

from lms.core.access import Role
from tests.support.live import PHONE, Floor, fits, looks
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_cards import NEW_RULE, has_read, owes_card, rule_text
from tests.support.make_content import a_document, edited

pytestmark = pytest.mark.browser

CARD = "/kb/after-sales/time/change"
ASKS = """## 运费
质量问题由商家承担。

## 自测

### 几天内可以申请退货？
1. [ ] 七天
    - 解析：那是旧规。
2. [x] 十五天

> 解析：见[时效](#时效)。

### 应在 ____ 小时内退款。
- 空1：48
"""


class Story:
    """An article that an agent has read and that was changed since; her lead."""

    def __init__(self, floor: Floor) -> None:
        team = a_team("售后一组")
        self.trainer = a_person(Role.TRAINER)
        self.agent = a_person(Role.AGENT, team=team, name="许文静")
        self.lead = a_person(Role.LEAD, team=team)
        author = as_actor(self.trainer)
        self.article = a_document(author, rule_text(必读="[客服]"), slug="after-sales/time")
        has_read(self.agent, self.article)
        edited(author, self.article, rule_text(NEW_RULE, more=ASKS, 必读="[客服]"))
        floor.fresh_read()


@pytest.fixture
def story(floor: Floor) -> Story:
    return Story(floor)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_agent_confirms_a_change_on_a_phone_and_the_lead_sees_it(floor, story, scripts):
    page = floor.page_of(story.agent, size=PHONE, java_script_enabled=scripts)
    floor.allowed.append("422")
    page.goto("/")
    expect(page.get_by_role("heading", name="1 条变更待确认")).to_be_visible()
    page.get_by_role("region", name="1 条变更待确认").get_by_role("link", name="退货时效").click()
    expect(page.locator("ins")).to_have_text("十五天")
    page.get_by_role("radio", name="七天").check()
    page.get_by_label("第 1 空").fill("48")
    page.get_by_role("button", name="我已读完，按这一版执行").click()
    expect(page.get_by_text("那是旧规")).to_be_visible()
    expect(page.get_by_label("第 1 空")).to_have_value("48")
    page.get_by_role("radio", name="十五天").check()
    page.get_by_role("button", name="我已读完，按这一版执行").click()
    expect(page).to_have_url(f"{floor.url}/")
    expect(page.get_by_role("heading", name="变更待确认")).to_have_count(0)
    floor.fresh_read()
    assert not owes_card(story.agent, story.article)
    desk = floor.page_of(story.lead)
    desk.goto("/kb/care/must-reads")
    expect(desk.get_by_role("row", name="退货时效")).to_contain_text("1/1")


@looks("size", "shade")
def test_the_pages_of_must_reads_are_fits(floor, story, size, shade):
    page = floor.page_of(story.agent, size=size, color_scheme=shade)
    floor.allowed.append("422")
    for path in ("/", CARD, "/kb/after-sales/time"):
        page.goto(path)
        fits(page)
    page.goto(CARD)
    page.get_by_role("button", name="我已读完").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    fits(page)
    lead = floor.page_of(story.lead, size=size, color_scheme=shade)
    for path in ("/kb/care/must-reads", "/kb/care/must-reads?article=after-sales/time"):
        lead.goto(path)
        fits(lead)


def test_the_card_is_confirmed_with_the_keyboard_alone(floor, story):
    page = floor.page_of(story.agent)
    page.goto(CARD)
    page.get_by_role("radio", name="十五天").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("48")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{floor.url}/")
