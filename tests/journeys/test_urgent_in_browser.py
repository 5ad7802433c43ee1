"""紧急通知 in a real browser: sent, seen on the phone, confirmed by one tap, counted live; then the inbox."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from lms.accounts.events import Told
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import transaction
from lms.core.texts import text
from lms.kb.queries import urgent
from tests.support.live import PHONE, Floor, StoppedClock, fits, looks, press
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_urgent import an_urgent

pytestmark = pytest.mark.browser


def test_from_sending_to_the_last_confirmation(floor: Floor):
    team = a_team("售后一组")
    trainer = a_person(Role.TRAINER, team=a_team("培训部"), name="苏岩")
    agents = [a_person(Role.AGENT, team=team, name=name) for name in ("许文静", "田甜")]
    a_document(as_actor(trainer), an_article_text("华东仓"), slug="logistics/east")
    desk = floor.page_of(trainer)
    desk.goto("/kb/care/urgent")
    desk.get_by_role("link", name="发紧急通知").click()
    desk.get_by_label("标题").fill("华东仓恢复发货，不再说“爆仓延迟”")
    desk.get_by_label("正文").fill("新单按 48 小时发出。")
    desk.get_by_label("相关知识").fill(f"{floor.url}/kb/logistics/east")
    desk.get_by_label("选一部分人").check()
    desk.locator("details summary", has_text="选一部分人").click()
    desk.get_by_label("售后一组").check()
    desk.get_by_role("button", name="看看发给谁").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("发给 2 人？")
    desk.get_by_role("button", name="发给 2 人").click()
    expect(desk.locator(".figure")).to_contain_text("0/ 2 已阅")
    expect(desk.locator("[data-live]")).to_contain_text("许文静")

    phone = floor.page_of(agents[0], size=PHONE)
    phone.goto("/kb")
    expect(phone.get_by_label("消息，1 条未读")).to_be_visible()
    notice = phone.locator("[data-urgent]")
    expect(notice).to_contain_text("不再说“爆仓延迟”")
    fits(phone)
    StoppedClock(phone)  # what is said stands there until it is read
    phone.goto("/kb")
    phone.locator("main input[type=search]:visible").first.fill("写了一半")
    notice.get_by_role("button", name="确认已阅").click()
    expect(notice).to_have_count(0)
    expect(phone.locator(".toast-line")).to_have_text("已确认，谢谢")
    assert phone.locator("main input[type=search]:visible").first.input_value() == "写了一半"  # the page was not left
    expect(phone.get_by_label("消息", exact=True)).to_be_visible()

    expect(desk.locator(".figure")).to_contain_text("1/ 2 已阅")
    expect(desk.locator("[data-live] ul").first).not_to_contain_text("许文静")

    plain = floor.page_of(agents[1], size=PHONE, java_script_enabled=False)
    plain.goto("/kb/logistics/east")
    plain.get_by_role("button", name="确认已阅").click()
    plain.wait_for_url(re.compile(r"/kb/logistics/east"))
    expect(plain.get_by_text("已确认，谢谢")).to_be_visible()
    expect(desk.get_by_text("都确认了")).to_be_visible()


def test_an_open_page_hears_of_it_within_a_minute(floor: Floor):
    agent = a_person(name="许文静")
    trainer = a_person(Role.TRAINER)
    page = floor.page_of(agent)
    time = StoppedClock(page)
    page.goto("/kb")
    an_urgent(as_actor(trainer), "仓库停电")
    expect(page.locator("[data-urgent]")).to_have_count(0)
    time.goes_on(61)
    expect(page.locator("[data-urgent]")).to_contain_text("仓库停电")
    expect(page.get_by_label("消息，1 条未读")).to_be_visible()


def test_two_tabs_confirm_once_and_both_are_clear(floor: Floor):
    agent = a_person()
    notice = an_urgent(as_actor(a_person(Role.TRAINER)))
    tabs = [floor.page_of(agent), floor.page_of(agent)]
    for tab in tabs:
        tab.goto("/")
    for tab in tabs:
        tab.get_by_role("button", name="确认已阅").click()
        expect(tab.locator("[data-urgent]")).to_have_count(0)
    floor.fresh_read()
    assert urgent.waiting(agent.id, clock.now()) == []
    assert notice


def test_a_hostile_title_runs_nowhere(floor: Floor):
    agent, trainer = a_person(), a_person(Role.TRAINER)
    wicked = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"
    notice = an_urgent(as_actor(trainer), wicked, body=wicked)
    for person, paths in (
        (agent, ("/", "/urgent", "/inbox", "/panel")),
        (trainer, ("/kb/care/urgent", f"/kb/care/urgent/{notice}")),
    ):
        page = floor.page_of(person)
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        for path in paths:
            page.goto(path)
            expect(page.locator("body")).to_contain_text("onerror=alert(1)")
            assert page.locator("img[src=x]").count() == 0


def test_a_row_of_the_inbox_opens_by_keyboard_and_is_read(floor: Floor):
    trainer = a_person(Role.TRAINER)
    with transaction():
        for number in range(3):
            emit(
                Told(
                    person_ids=(trainer.id,),
                    topic="review",
                    sentence=text("《%(title)s》待复核", title=f"第{number}篇"),
                    link=("content.marks", {}),
                    key=f"k{number}",
                )
            )
    page = floor.page_of(trainer)
    page.goto("/inbox")
    fits(page)
    page.get_by_role("button", name="《第2篇》待复核").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/studio/marks"))
    expect(page.get_by_label("消息，2 条未读")).to_be_visible()
    page.goto("/inbox?show=unread")
    expect(page.locator(".inbox li")).to_have_count(2)
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.get_by_text("没有未读的消息")).to_be_visible()


@looks("size", "shade", "language")
def test_the_pages_pass_axe_and_never_scroll_sideways(floor: Floor, size, shade, language):
    trainer = a_person(Role.TRAINER, theme=shade, locale=language)
    people = [a_person(team=a_team(f"售后{number}组")) for number in range(3)]
    with clock.frozen(clock.now() - timedelta(hours=2)):
        an_urgent(as_actor(trainer), "昨天的通知", hours=1)
        late = an_urgent(as_actor(trainer), "爆仓延迟，先安抚再查单，" * 8, body="从十点起。\n第二行。" * 10)
    for number in range(2):
        an_urgent(as_actor(a_person(Role.QUALITY)), f"还有第{number}条", body="说明。" * 50)
    assert people
    page = floor.page_of(trainer, size=size)
    for path in ("/inbox", "/urgent", "/kb/care/urgent", f"/kb/care/urgent/{late}", "/kb/care/urgent/new", "/"):
        page.goto(path)
        fits(page)
    page.goto("/kb/care/urgent/new")
    page.locator("input[name=title]").fill("一句话")
    press(page, page.locator("button[name=step]"))
    fits(page)
