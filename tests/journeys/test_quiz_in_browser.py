"""The paper in a real browser: what is typed is what is stored, whatever network, clock and other devices do."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import session, transaction
from lms.questions.spec import Kind
from lms.quizzes import actions
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.spec import Use
from tests.support.live import DESK, PHONE, WCAG, Floor, StoppedClock, fits, press
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import (
    a_quiz,
    a_single,
    answered_right,
    begun,
    handed_in,
    one_of_each,
    paper,
    right_value,
)
from tests.support.waiting import until

pytestmark = pytest.mark.browser

HELD = "() => Object.keys(localStorage).some(name => name.startsWith('lms.tab.'))"
OFFLINE = r"ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|Failed to fetch"


@pytest.fixture
def person(floor: Floor) -> Person:
    return a_person(name="林小满")


def stored(floor, attempt):
    """Return what the server holds, in the learner's ids where they are the author's (no shuffling)."""
    floor.fresh_read()
    rows = session().execute(
        select(AttemptItem.key, AttemptItem.value)
        .join(Attempt)
        .where(Attempt.public_id == attempt)
        .order_by(AttemptItem.position)
    )
    return {row.key: row.value["v"] if row.value else None for row in rows}


def saved(page: Page):
    expect(page.locator("[data-saved-text]").first).to_have_text(re.compile(r"^已保存 \d\d:\d\d$"))


def fill(page: Page, item):
    """Give the right answer to a question as a person does."""
    box, value = page.locator(f"#{item.key}"), right_value(item)
    match item.question.kind:
        case Kind.SINGLE:
            box.locator(f'.choice:has(input[value="{value}"])').click()
        case Kind.TRUE_FALSE:
            box.locator(f'.choice:has(input[value="{"true" if value else "false"}"])').click()
        case Kind.MULTIPLE:
            for each in value:
                box.locator(f'.choice:has(input[value="{each}"])').click()
        case Kind.FILL_IN:
            for number, word in enumerate(value, start=1):
                box.locator(f'[name="{item.key}.{number}"]').fill(word)
        case Kind.ORDERING:
            for place, step in enumerate(value, start=1):
                box.locator(f'[name="{item.key}.{step}"]').select_option(str(place))
        case Kind.MATCHING:
            for left, right in value.items():
                box.locator(f'[name="{item.key}.{left}"]').select_option(right)
        case _:
            box.locator(f'[name="{item.key}"]').fill(value)


def test_every_kind_is_answered_kept_over_a_reload_and_graded(floor, person):
    slug = a_quiz(*one_of_each(written=True), shuffle_options=True, pass_mark=0)
    page = floor.page_of(person)
    page.goto(f"/quizzes/{slug}")
    page.get_by_role("button", name="开始").click()
    page.wait_for_url(re.compile(r"/attempts/\w+"))
    attempt = page.url.split("/attempts/")[1].split("?")[0]
    items = paper(as_actor(person), attempt)
    for item in items.values():
        fill(page, item)
    saved(page)
    floor.fresh_read()
    for item in paper(as_actor(person), attempt).values():
        shown = sorted(item.shown) if item.question.kind is Kind.MULTIPLE else item.shown
        right = right_value(item)
        assert shown == (sorted(right) if item.question.kind is Kind.MULTIPLE else right)
    page.reload()
    expect(page.locator("aside [data-cell].is-done")).to_have_count(8)
    assert page.locator('[name="q4.1"]').input_value() == "48"
    page.get_by_role("button", name="交卷").first.click()
    expect(page.get_by_role("heading", name="8 题都答完了")).to_be_visible()
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("h1.figure")).to_have_text("87.5分")


def test_what_was_answered_before_the_script_had_come_is_stored_too(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    held = []
    page.route("**/js/quiz.js*", lambda route: held.append(route))
    page.goto(f"/attempts/{attempt}", wait_until="commit")
    page.locator("#q1 .choice").nth(1).click()
    page.locator('[name="q5"]').fill("64")
    until(lambda: page.evaluate("true") and held)
    held[0].continue_()
    saved(page)
    assert (stored(floor, attempt)["q1"], stored(floor, attempt)["q5"]) == ("o2", "64")
    page.unroute_all()
    page.locator("#q1 .choice").nth(2).click()
    saved(page)
    page.reload()
    expect(page.locator('#q1 input[value="o3"]')).to_be_checked()


def test_what_was_typed_while_composing_is_stored_too(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    page.evaluate(
        """() => {
            const field = document.querySelector('[name="q4.2"]');
            field.value = "退款";
            field.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
            document.querySelector('aside button[value="finish"]').click();
        }"""
    )
    page.wait_for_url(re.compile("/confirm"))
    assert stored(floor, attempt)["q4"] == ["", "退款"]


def test_offline_answers_wait_in_the_browser_and_follow_when_back(floor, person):
    floor.allowed.append(OFFLINE)
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    time = StoppedClock(page)
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    page.context.set_offline(True)
    page.locator("#q1 .choice").nth(1).click()
    page.locator('[name="q5"]').fill("64")
    time.goes_on(1)
    expect(page.locator("[data-banner]")).to_contain_text("网络断开了")
    expect(page.locator("[data-saved-text]").first).to_have_text(re.compile("未保存|正在保存"))
    page.locator('aside button[value="finish"]').click()
    expect(page.locator("[data-banner]")).to_contain_text("先不交卷")
    time.goes_on(5)  # it tries again meanwhile, in vain: whoever pressed still reads why nothing was handed in
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(page.locator("[data-banner]")).to_contain_text("先不交卷")
    assert stored(floor, attempt)["q1"] is None
    floor.allowed.append("503")
    page.route("**/answers/**", lambda route: route.fulfill(status=503, json={}))
    with page.expect_response("**/answers/**"):
        page.context.set_offline(False)
    expect(page.locator("[data-banner]")).to_contain_text("先不交卷")  # it is reached, and does not take them yet
    page.unroute_all()
    time.goes_on(5)
    saved(page)
    expect(page.locator("[data-banner]")).to_be_hidden()
    assert (stored(floor, attempt)["q1"], stored(floor, attempt)["q5"]) == ("o2", "64")


def test_offline_answers_outlive_the_page(floor, person):
    floor.allowed.append(OFFLINE)
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    page.context.set_offline(True)
    page.locator("#q1 .choice").nth(2).click()
    expect(page.locator("[data-banner]")).to_be_visible()
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(f"/attempts/{attempt}")
    saved(page)
    assert stored(floor, attempt)["q1"] == "o3"


def test_after_the_session_ended_answers_follow_the_next_sign_in(floor, person):
    floor.allowed.append(r"status of 40[01]")
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    page.context.clear_cookies()
    page.locator("#q1 .choice").nth(0).click()
    expect(page.locator("[data-banner]")).to_contain_text("登录已过期")
    link = page.locator("[data-banner-link]")
    assert f"next=/attempts/{attempt}" in link.get_attribute("href")
    floor.sign_in(page.context, person)
    page.goto(f"/attempts/{attempt}")
    saved(page)
    assert stored(floor, attempt)["q1"] == "o1"


def test_two_devices_never_overwrite_each_other_silently(floor, person):
    floor.allowed.append("status of 409")
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    one, other = floor.page_of(person), floor.page_of(person, size=PHONE)
    one.goto(f"/attempts/{attempt}")
    one.wait_for_function(HELD)
    other.goto(f"/attempts/{attempt}?q=1")
    other.locator("#q1 .choice").nth(0).click()
    expect(other.locator("[data-saved-text]").last).to_have_text(re.compile("已保存"))
    one.locator("#q1 .choice").nth(2).click()
    one.get_by_role("button", name="在这里继续").click()
    expect(one.locator("#q1 [data-trouble]")).to_contain_text("另一处")
    expect(one.locator('#q1 input[value="o1"]')).to_be_checked()
    assert stored(floor, attempt)["q1"] == "o1"
    one.locator("#q1 .choice").nth(2).click()
    saved(one)
    assert stored(floor, attempt)["q1"] == "o3"


def test_the_page_goes_on_where_another_device_stopped(floor, person):
    actor = as_actor(person)
    attempt = begun(actor, a_quiz(*one_of_each()))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    with transaction():
        actions.save_answer(actor, attempt, "q5", "64", 1)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator('[name="q5"]')).to_have_value("64")


def test_a_lost_response_is_sent_again_and_saved_once(floor, person):
    floor.allowed.append(OFFLINE)
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    time = StoppedClock(page)
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    lost = []

    def lose_first(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort("connectionreset")

    page.route("**/answers/q1", lose_first)
    page.locator("#q1 .choice").nth(1).click()
    time.goes_on_until(page.locator("[data-banner]").is_visible)
    time.goes_on(2)
    saved(page)
    assert lost[0].status == 200
    expect(page.locator("#q1 [data-trouble]")).to_be_hidden()
    floor.fresh_read()
    of_q1 = (Attempt.public_id == attempt, AttemptItem.key == "q1")
    seq = session().scalar(select(AttemptItem.seq).join(Attempt).where(*of_q1))
    assert (stored(floor, attempt)["q1"], seq) == ("o2", 1)


def test_when_the_time_is_over_the_page_sends_what_is_on_it_and_shows_the_result(floor, person):
    """The page's clock is moved to its end; the server's has just passed it, within the grace for what is under way."""
    attempt = begun(as_actor(person), a_quiz(a_single(), seconds=600))
    page = floor.page_of(person)
    page.clock.install()
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    with floor.standing_still() as now:
        with transaction() as s:
            s.execute(update(Attempt).values(deadline_at=now - timedelta(seconds=1)))
        page.evaluate("""() => document.querySelector('#q1 input[value="o2"]').click()""")
        page.clock.fast_forward(601_000)
        page.wait_for_url(re.compile("/result"))
    expect(page.locator("h1.figure")).to_have_text("100分")


def test_leaving_the_page_hands_nothing_in(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each(), seconds=900))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    page.locator('[name="q5"]').fill("64")
    page.goto("/quizzes/" + "x")
    floor.allowed.append("404")
    until(lambda: stored(floor, attempt).get("q5") == "64")  # what was typed comes in on its own
    assert session().scalar(select(Attempt.state).where(Attempt.public_id == attempt)) == "open"


def test_on_a_phone_one_question_shows_and_the_buttons_move(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person, size=PHONE)
    page.goto(f"/attempts/{attempt}")
    expect(page.locator(".question:visible")).to_have_count(1)
    page.locator("#q1 .choice").nth(1).click()
    page.get_by_role("button", name="下一题").click()
    expect(page.locator("#q2")).to_be_visible()
    expect(page.locator("#q1")).to_be_hidden()
    page.locator(".thumb summary").click()
    page.locator('.thumb [data-cell="q7"]').click()
    expect(page.locator("#q7")).to_be_visible()
    expect(page.locator(".thumb-row").get_by_role("button", name="交卷")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_same_form_saves_by_its_buttons(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person, size=PHONE, java_script_enabled=False)
    page.goto(f"/attempts/{attempt}")
    page.locator("#q1 .choice").nth(1).click()
    page.get_by_role("button", name="下一题").click()
    expect(page.locator("#q2")).to_be_visible()
    page.locator("#q2 .choice").nth(0).click()
    page.get_by_role("button", name="标记").click()
    expect(page.locator("#q2 .flag")).to_have_attribute("aria-pressed", "true")
    page.goto(f"/attempts/{attempt}?q=7")
    page.get_by_role("button", name="交卷").last.click()
    expect(page.get_by_role("heading", name="还有 5 题未作答")).to_be_visible()
    assert (stored(floor, attempt)["q1"], stored(floor, attempt)["q2"]) == ("o2", ["o1"])
    page.get_by_role("button", name="就这样交卷").click()
    expect(page.locator("h1.figure")).to_have_text("21.4分")


def test_the_keys_choose_and_move(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.press("1")
    page.keyboard.press("3")
    page.keyboard.press("p")
    page.keyboard.press("3")
    saved(page)
    assert (stored(floor, attempt)["q1"], stored(floor, attempt)["q2"]) == ("o3", ["o1", "o3"])
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_have_attribute("open", "")


def test_two_steps_never_stand_on_one_place(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    for step, place in (("s1", "1"), ("s2", "2"), ("s3", "1")):
        page.locator(f'[name="q6.{step}"]').select_option(place)
    assert [page.locator(f'[name="q6.s{n}"]').input_value() for n in range(1, 5)] == ["", "2", "1", ""]
    saved(page)
    page.reload()
    assert [page.locator(f'[name="q6.s{n}"]').input_value() for n in range(1, 5)] == ["", "2", "1", ""]


def test_the_clock_speaks_only_at_its_marks(floor, person):
    attempt = begun(as_actor(person), a_quiz(a_single(), seconds=55))
    page = floor.page_of(person)
    time = StoppedClock(page)
    page.goto(f"/attempts/{attempt}")
    expect(page.locator("[data-clock-text]")).to_have_text(re.compile(r"^0:[345]\d$"))
    expect(page.locator("[data-speaker]")).to_be_empty()
    time.goes_on(26)
    expect(page.locator("[data-speaker]")).to_have_text("还剩 30 秒")


def test_a_practice_shows_the_key_of_one_question_when_asked(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each("机密"), use=Use.PRACTICE))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    assert "机密" not in page.content()
    page.locator("#q1 .choice").nth(0).click()
    press(page, page.locator("#q1").get_by_role("button", name="对一下答案"))
    expect(page.locator("#q1 .is-wrong").first).to_be_visible()
    assert page.content().count("从签收次日零点起算机密") == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out_of_the_pages_of_a_quiz(floor, theme):
    """WCAG 2.2 AA as far as axe can see it, on a phone and on a desk."""
    person = a_person(theme=theme)
    actor = as_actor(person)
    slug = a_quiz(*one_of_each(written=True), seconds=900, attempts=3)
    done = begun(actor, slug)
    answered_right(actor, done, but=("q1", "q2", "q4", "q6"))
    handed_in(actor, done)
    attempt = begun(actor, slug)
    pages = (f"/quizzes/{slug}", f"/attempts/{attempt}", f"/attempts/{attempt}/confirm", f"/attempts/{done}/result")
    for size in (PHONE, DESK):
        page = floor.page_of(person, size=size)
        for path in pages:
            page.goto(path)
            fits(page, path, rules=WCAG)


def test_an_attempt_that_the_server_closed_takes_the_page_to_its_result(floor, person):
    floor.allowed.append("status of 409")
    attempt = begun(as_actor(person), a_quiz(*one_of_each(), seconds=900))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    with transaction() as s:
        s.execute(
            update(Attempt).where(Attempt.public_id == attempt).values(deadline_at=clock.now() - timedelta(minutes=1))
        )
    page.locator("#q1 .choice").nth(0).click()
    page.wait_for_url(re.compile("/result"))
    expect(page.get_by_text("时间到，系统用已保存的答案交了卷。")).to_be_visible()
