"""A drill in a real browser: what is sent is one step, the server's clock decides, whatever network and other pages do."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.drills.models import Run, RunEvent, RunLookup, RunText
from tests.support.live import DESK, PHONE, WCAG, Floor, StoppedClock, fits, press
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_content import a_document, an_article_text
from tests.support.make_played import GOOD_REPLY, WARM, a_drill_text, a_published_drill, begun
from tests.support.make_search import indexed
from tests.support.make_urgent import an_urgent
from tests.support.waiting import until

pytestmark = pytest.mark.browser

OFFLINE = r"ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|Failed to fetch"
REFUSED = r"409 \(CONFLICT\)"
PANEL = {"width": 320, "height": 568}
STILL = {"reduced_motion": "reduce"}
"""Without the pauses in which the customer types."""


@pytest.fixture
def trainer(floor: Floor) -> Actor:
    return an_actor(Role.TRAINER)


@pytest.fixture
def person(floor: Floor) -> Person:
    return a_person(Role.AGENT, name="林小满")


def events(floor: Floor, run_id: str) -> list[tuple[str, int]]:
    """Return kind and lane of what happened, as the server holds it."""
    floor.fresh_read()
    found = session().execute(
        select(RunEvent.kind, RunEvent.lane)
        .join(Run, Run.id == RunEvent.run_id)
        .where(Run.public_id == run_id)
        .order_by(RunEvent.seq)
    )
    return [(row.kind, row.lane) for row in found]


def moved(floor: Floor, run_id: str, lane: int, name: str, by: timedelta = timedelta(seconds=-10)) -> None:
    """Let an instant of a lane lie well in the past, or as far from now as is said."""
    floor.fresh_read()
    with transaction() as s:
        run = s.scalars(select(Run).where(Run.public_id == run_id)).one()
        then = clock.now() + by
        run.lanes = [
            {**each, name: then.isoformat()} if number == lane else each for number, each in enumerate(run.lanes)
        ]
        run.due_at = then


def write(page: Page, words: str) -> None:
    page.locator("[data-lane]:visible [data-reply]").fill(words)


def at_the_reply(page: Page) -> None:
    """The first ready reply was sent; a free one is asked for."""
    page.keyboard.press("1")
    expect(page.locator("[data-lane]:visible [data-reply]")).to_be_focused()


def opened(floor: Floor, person: Person, slug: str = "drills/urge", **options: object) -> tuple[Page, str]:
    run_id = begun(as_actor(person), slug)
    page = floor.page_of(person, **{**STILL, **options})
    page.clock.install()
    page.goto(f"/runs/{run_id}")
    expect(page.locator(".has-script")).to_have_count(1)
    return page, run_id


def test_a_drill_is_played_to_its_good_end_by_the_keyboard_alone(floor, person, trainer):
    a_published_drill(trainer)
    page = floor.page_of(person)
    page.goto("/drills/drills/urge")
    fits(page, rules=WCAG)
    page.get_by_role("button", name="开始演练").focus()
    StoppedClock(page)  # the customer types until it is seen
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".typing-words")).to_have_text("小雨正在输入…")
    page.clock.resume()
    expect(page.locator(".drill-choice").first).to_be_visible()
    fits(page, rules=WCAG)
    at_the_reply(page)
    fits(page, rules=WCAG)
    page.keyboard.type("好")
    expect(page.locator("[data-count]")).to_have_text("1 字 · 还差 4 字")
    page.keyboard.press("Control+A")
    page.keyboard.type(GOOD_REPLY)
    page.keyboard.press("Enter")
    expect(page.get_by_text("对话结束：顾客接受了处理")).to_be_visible()
    run_id = page.url.split("/runs/")[1].split("?")[0]
    assert events(floor, run_id) == [("came", 0), ("choice", 0), ("text", 0)]
    fits(page, rules=WCAG)
    page.goto("/drills")
    fits(page, rules=WCAG)
    assert session().scalar(select(Run.passed).where(Run.public_id == run_id)) is True


def test_a_double_press_is_one_step(floor, person, trainer):
    a_published_drill(trainer)
    page, run_id = opened(floor, person)
    page.locator(".drill-choice").first.dblclick()
    expect(page.locator("[data-reply]")).to_be_visible()
    assert events(floor, run_id) == [("came", 0), ("choice", 0)]
    assert page.locator(".turn-me").count() == 1


def test_a_clock_speaks_at_30_and_10_seconds_and_its_end_is_what_the_server_says(floor, person, trainer):
    a_published_drill(trainer)
    page = floor.page_of(person, **STILL)
    time = StoppedClock(page)
    run_id = begun(as_actor(person))
    page.goto(f"/runs/{run_id}")
    speaker = page.locator("[data-speaker]")
    expect(page.locator("[data-clock-text]")).to_have_text(re.compile(r"^(5\d|60) 秒$"))
    expect(speaker).to_be_empty()
    page.clock.fast_forward(32_000)
    expect(speaker).to_have_text(re.compile(r"^还剩 (30|[12]\d) 秒$"))
    moved(floor, run_id, 0, "deadline_at")
    time.goes_on(40)
    expect(page.get_by_text("没来得及回复，顾客等急了")).to_be_visible()
    expect(page.get_by_text("对话结束：顾客不满意地离开了")).to_be_visible()
    assert events(floor, run_id) == [("came", 0), ("timeout", 0)]


def test_a_late_reply_is_refused_and_stays_to_be_copied(floor, person, trainer):
    floor.allowed.append(REFUSED)
    a_published_drill(trainer)
    page, run_id = opened(floor, person)
    at_the_reply(page)
    moved(floor, run_id, 0, "deadline_at")
    write(page, GOOD_REPLY)
    page.keyboard.press("Enter")
    expect(page.locator("[data-refusal]")).to_contain_text("没有发出去")
    expect(page.locator("[data-kept]")).to_have_text(GOOD_REPLY)
    expect(page.get_by_text("没来得及回复，顾客等急了")).to_be_visible()
    fits(page, rules=WCAG)
    floor.fresh_read()
    assert session().scalars(select(RunText.text)).all() == []


def test_two_pages_of_one_run_show_the_same(floor, person, trainer):
    a_published_drill(trainer)
    page, run_id = opened(floor, person)
    other = page.context.new_page()
    other.goto(f"/runs/{run_id}")
    expect(other.locator(".drill-choice").first).to_be_visible()
    at_the_reply(page)
    expect(other.locator(".turn-me .bubble")).to_contain_text(WARM)
    expect(other.locator("[data-reply]")).to_be_visible()
    assert events(floor, run_id) == [("came", 0), ("choice", 0)]


def test_an_answer_that_was_overtaken_by_a_later_step_takes_nothing_back(floor, person, trainer):
    a_published_drill(trainer)
    page, _ = opened(floor, person)
    held = []
    page.route("**/runs/*part=1*", lambda route: held.append((route, route.fetch())), times=1)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(lambda: page.evaluate("true") and held)
    at_the_reply(page)
    write(page, GOOD_REPLY)
    route, answer = held[0]
    with page.expect_event("requestfinished", lambda request: "part=1" in request.url):
        route.fulfill(response=answer)
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    expect(page.locator("[data-reply]")).to_have_value(GOOD_REPLY)
    expect(page.locator(".drill-choice")).to_have_count(0)


def test_what_is_sent_without_a_network_waits_and_arrives_once(floor, person, trainer):
    floor.allowed.append(OFFLINE)
    a_published_drill(trainer)
    page, run_id = opened(floor, person)
    page.context.set_offline(True)
    page.keyboard.press("1")
    expect(page.locator("[data-banner]")).to_contain_text("网络断开了")
    expect(page.locator("[data-pending]")).to_contain_text("还没有发出去")
    assert events(floor, run_id) == [("came", 0)]
    page.context.set_offline(False)
    expect(page.locator("[data-reply]")).to_be_visible()
    expect(page.locator("[data-banner]")).to_be_hidden()
    assert events(floor, run_id) == [("came", 0), ("choice", 0)]


def test_what_was_not_sent_outlives_the_page(floor, person, trainer):
    floor.allowed.append(OFFLINE)
    a_published_drill(trainer)
    page, run_id = opened(floor, person)
    at_the_reply(page)
    write(page, GOOD_REPLY)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("[data-pending]")).to_contain_text("还没有发出去")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(f"/runs/{run_id}")
    expect(page.get_by_text("对话结束：顾客接受了处理")).to_be_visible()
    assert events(floor, run_id) == [("came", 0), ("choice", 0), ("text", 0)]


def test_whoever_is_signed_out_meanwhile_loses_no_reply(floor, person, trainer):
    floor.allowed.append(r"400 \(BAD REQUEST\)")
    a_published_drill(trainer)
    page, run_id = opened(floor, person)
    at_the_reply(page)
    write(page, GOOD_REPLY)
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    expect(page.locator("[data-banner]")).to_contain_text("登录已过期")
    expect(page.get_by_role("link", name="重新登录")).to_be_visible()
    floor.sign_in(page.context, person)
    page.goto(f"/runs/{run_id}")
    expect(page.get_by_text("对话结束：顾客接受了处理")).to_be_visible()
    assert events(floor, run_id) == [("came", 0), ("choice", 0), ("text", 0)]


def test_several_customers_come_one_after_another_and_what_is_typed_stays_with_each(floor, person, trainer):
    a_published_drill(trainer, a_drill_text("等第二位"), slug="drills/second")
    a_published_drill(trainer, a_drill_text(并发="[second.md]"))
    moved(floor, begun(as_actor(person)), 1, "comes_at", timedelta(minutes=1))  # not before he is called
    page, run_id = opened(floor, person)
    at_the_reply(page)
    write(page, "正在给第一位写")
    ways = page.locator(".lane-way")
    expect(ways).to_have_count(1)
    moved(floor, run_id, 1, "comes_at")
    page.clock.fast_forward(61_000)
    expect(ways).to_have_count(2)
    expect(page.locator("[data-to='1'] [data-dot]")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    fits(page, rules=WCAG)
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("[data-lane='1'] .drill-choice").first).to_be_visible()
    expect(page.locator("[data-to='1'] [data-dot]")).to_be_hidden()
    at_the_reply(page)
    page.locator("[data-to='0']").click()
    expect(page.locator("[data-lane='0'] [data-reply]")).to_have_value("正在给第一位写")
    page.reload()
    expect(page.locator("[data-lane='0'] [data-reply]")).to_have_value("正在给第一位写")
    write(page, GOOD_REPLY)
    page.keyboard.press("Enter")
    expect(page.locator("[data-lane='0']")).to_contain_text("还有别的顾客在等")
    assert events(floor, run_id) == [("came", 0), ("choice", 0), ("came", 1), ("choice", 1), ("text", 0)]


def test_what_is_looked_up_beside_the_chat_is_told_and_goes_into_the_reply(floor, person, trainer):
    body = "## 怎么说\n> 话术：抱歉让您久等，已经加急。\n\n## 依据\n承诺 72 小时。"
    a_document(trainer, an_article_text("催发货", body), slug="logistics/urge")
    a_published_drill(
        trainer,
        a_drill_text().replace("订单已付款四天。", "可查[催发货](../../kb_content/logistics/urge.md)。"),
    )
    indexed()
    page, _ = opened(floor, person)
    at_the_reply(page)
    page.locator("[data-lookup] input").fill("加急")
    page.keyboard.press("Enter")
    expect(page.locator("[data-lookup-said]")).to_have_text("找到 1 条")
    page.locator("a.hit").click()
    expect(page.locator(".kb-body .reading")).to_contain_text("已经加急")
    page.clock.run_for(12_000)
    fits(page, rules=WCAG)
    page.get_by_role("button", name="放进回复").click()
    expect(page.locator("[data-reply]")).to_have_value("抱歉让您久等，已经加急。")
    page.keyboard.press("/")  # typed, not a key of the page
    expect(page.locator("[data-reply]")).to_have_value("抱歉让您久等，已经加急。/")

    def noted() -> list[RunLookup]:
        floor.fresh_read()
        found = session().scalars(select(RunLookup).order_by(RunLookup.number)).all()
        return list(found) if any(each.kind == "article" and (each.seconds or 0) >= 10 for each in found) else []

    query, article = until(noted)[:2]
    assert (query.kind, query.words, query.found, query.step) == ("query", "加急", 1, 1)
    assert (article.kind, article.lane) == ("article", 0)


@pytest.mark.parametrize("size", [PHONE, PANEL], ids=["phone", "panel"])
def test_on_a_phone_and_in_the_panel_everything_fits(floor, person, trainer, size):
    a_published_drill(trainer)
    page, _ = opened(floor, person, size=size)
    fits(page, rules=WCAG)
    expect(page.locator(".drill-choice").last).to_be_in_viewport()
    at_the_reply(page)
    expect(page.get_by_role("button", name="发送")).to_be_in_viewport()
    fits(page, rules=WCAG)
    page.get_by_role("button", name="查知识").click()
    expect(page.locator("[data-lookup] input")).to_be_focused()
    fits(page, rules=WCAG)
    page.keyboard.press("Escape")
    expect(page.locator("[data-reply]")).to_be_focused()


def test_urgent_notices_above_the_desk_leave_what_is_sent_in_sight(floor, person, trainer):
    a_published_drill(trainer)
    an_urgent(trainer, "华东仓恢复发货", body="各店从现在起恢复 72 小时内发货的说法。")
    an_urgent(trainer, "优惠券页面报错，技术在修")
    page, _ = opened(floor, person, size={"width": 1280, "height": 844})
    expect(page.locator(".urgent")).to_have_count(2)
    expect(page.locator(".drill-choice").last).to_be_in_viewport(ratio=1)
    at_the_reply(page)
    expect(page.get_by_role("button", name="发送")).to_be_in_viewport(ratio=1)


def test_a_paused_drill_stands_still_and_leaving_is_asked(floor, person, trainer):
    a_published_drill(trainer, a_drill_text(可中断="是"))
    page, run_id = opened(floor, person)
    press(page, page.get_by_role("button", name="暂停"))
    expect(page.get_by_text("已暂停，时钟停着。")).to_be_visible()
    fits(page, rules=WCAG)
    press(page, page.get_by_role("button", name="继续演练"))
    expect(page.locator(".drill-choice").first).to_be_visible()
    press(page, page.get_by_role("link", name="退出演练"))
    expect(page.get_by_role("heading", name="要退出这次演练吗？")).to_be_visible()
    fits(page, rules=WCAG)
    press(page, page.get_by_role("button", name="退出演练"))
    assert events(floor, run_id)[-1] == ("left", 0)


def test_without_scripts_a_drill_is_played_by_its_buttons(floor, person, trainer):
    floor.allowed.append(r"422 \(UNPROCESSABLE")
    a_published_drill(trainer)
    page = floor.page_of(person, size=DESK, java_script_enabled=False)
    page.goto("/drills/drills/urge")
    press(page)
    expect(page.get_by_text("这一页不会自己更新。")).to_be_visible()
    press(page, page.locator(".drill-choice").first)
    page.locator("[data-reply]").fill("好")
    press(page)
    expect(page.locator("[data-refusal]")).to_contain_text("回复写 5 到 60 个字")
    expect(page.locator("[data-reply]")).to_have_value("好")
    page.locator("[data-reply]").fill(GOOD_REPLY)
    press(page)
    expect(page.get_by_text("对话结束：顾客接受了处理")).to_be_visible()
