"""What must never be lost on the way from the fields to the store, in a real browser: trust.md rows 1, 2, 3, 5."""

import json
import os
import re
from collections import Counter
from datetime import timedelta

import flask
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import session, transaction
from lms.questions.spec import Kind
from lms.quizzes import jobs
from lms.quizzes.models import Attempt, AttemptItem, Presence
from tests.support.live import DESK, PHONE, WCAG, Floor, StoppedClock, fits
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import a_quiz, begun, handed_in, one_of_each, paper, right_value
from tests.support.waiting import until

pytestmark = pytest.mark.browser

RUNS = 200 if "SOAK" in os.environ else 20
OFFLINE = r"ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_FAILED|Failed to fetch"
TYPE_THEN = """([name, text, wait, act]) => {
    const field = document.querySelector(`[name="${name}"]`);
    field.value = text;
    field.dispatchEvent(new InputEvent("input", {bubbles: true}));
    const then = () => { if (act) document.querySelector(act).click(); };
    if (wait) setTimeout(then, wait); else then();
}"""
NOTHING_KEPT = "() => !Object.keys(localStorage).some(name => name.startsWith('lms.answers.'))"
HELD = "() => Object.keys(localStorage).some(name => name.startsWith('lms.tab.'))"
HOLDS = "attempt => localStorage.getItem('lms.tab.' + attempt) !== null"
HAND_IN = 'aside button[value="finish"]'


@pytest.fixture
def person(floor: Floor) -> Person:
    return a_person(name="林小满")


def stored(floor: Floor, attempt: str) -> dict[str, object]:
    floor.fresh_read()
    of_this = select(AttemptItem.key, AttemptItem.value).join(Attempt).where(Attempt.public_id == attempt)
    return {row.key: row.value["v"] if row.value else None for row in session().execute(of_this)}


def state_of(floor: Floor, attempt: str) -> str | None:
    floor.fresh_read()
    return session().scalar(select(Attempt.state).where(Attempt.public_id == attempt))


def set_deadline(attempt: str, seconds: float) -> None:
    ends = clock.now() + timedelta(seconds=seconds)
    with transaction() as s:
        s.execute(update(Attempt).where(Attempt.public_id == attempt).values(deadline_at=ends))


def saved(page: Page) -> None:
    expect(page.locator("[data-saved-text]").first).to_have_text(re.compile(r"^已保存 \d\d:\d\d$"))


def test_trust_row_1_what_is_typed_within_50_ms_before_handing_in_is_stored(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    for run in range(RUNS):
        page.goto(f"/attempts/{attempt}")
        typed = str(6000 + run)
        page.evaluate(TYPE_THEN, ["q5", typed, run * 50 // RUNS, HAND_IN])
        page.wait_for_url(re.compile("/confirm"))
        assert stored(floor, attempt)["q5"] == typed


def test_trust_row_1_what_is_typed_just_before_the_time_is_over_is_stored(floor, person):
    """The page's clock is moved to its end a moment after the last key; the server's has just passed the deadline."""
    actor, slug = as_actor(person), a_quiz(*one_of_each(), seconds=600)
    page = floor.page_of(person)
    page.clock.install()
    for run in range(RUNS // 4):
        attempt = begun(actor, slug)
        page.goto(f"/attempts/{attempt}")
        page.wait_for_function(HOLDS, arg=attempt)
        typed = str(6000 + run)
        with floor.standing_still():
            set_deadline(attempt, -1)  # within the grace for what is on its way
            page.evaluate(TYPE_THEN, ["q5", typed, 0, ""])
            page.clock.fast_forward(601_000)
            page.wait_for_url(re.compile("/result"))
        assert (stored(floor, attempt)["q5"], state_of(floor, attempt)) == (typed, "submitted")


def test_trust_row_2_a_left_page_hands_nothing_in_and_touches_no_other_paper(floor, person):
    actor = as_actor(person)
    left = begun(actor, a_quiz(*one_of_each(), seconds=600))
    other = begun(actor, a_quiz(*one_of_each(), seconds=600, slug="onboarding/other"))
    page = floor.page_of(person)
    posts, sent, answered = [], [], []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.clock.install()
    with flask.request_finished.connected_to(lambda *_, **__: answered.append(flask.request.url), floor.app):
        page.goto(f"/attempts/{left}")
        page.wait_for_function(HOLDS, arg=left)
        page.evaluate(TYPE_THEN, ["q5", "64", 0, ""])
        page.goto(f"/attempts/{other}")
        page.wait_for_function(HOLDS, arg=other)
        until(lambda: stored(floor, left)["q5"] == "64")
        until(lambda: not Counter(url for url in sent if left in url) - Counter(answered))
    set_deadline(left, -60)
    page.clock.fast_forward(300_000)
    page.locator("#q1 .choice").nth(1).click()
    page.clock.fast_forward(2_000)
    until(lambda: stored(floor, other)["q1"] == "o2")
    assert (posts, state_of(floor, left)) == ([], "open")
    with floor.app.app_context():
        assert jobs.close_expired() == 1
    assert (state_of(floor, left), state_of(floor, other)) == ("expired", "open")
    assert stored(floor, left)["q5"] == "64"
    assert {key for key, value in stored(floor, other).items() if value is not None} == {"q1"}


def test_trust_row_3_a_response_lost_after_the_commit_is_sent_again_and_makes_one_row(floor, person):
    """Every second response of a save is lost; one start and one handing in as well."""
    floor.allowed.append(OFFLINE)
    slug = a_quiz(*one_of_each())
    page = floor.page_of(person)
    attempt = begun(as_actor(person), slug)
    heard = []

    def lose_every_second(route):
        answer = route.fetch()
        heard.append((route.request.url.rsplit("/", 1)[1], json.loads(route.request.post_data)["seq"], answer.status))
        if len(heard) % 2:
            route.abort("connectionreset")
        else:
            route.fulfill(response=answer)

    time = StoppedClock(page)
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    page.route("**/answers/*", lose_every_second)
    for answer in (page.locator("#q1 .choice").nth(1).click, lambda: page.locator('[name="q5"]').fill("64")):
        answer()
        time.goes_on_until(page.locator("[data-banner]").is_visible)
        time.goes_on(2)
        saved(page)
    assert heard == [("q1", 1, 200), ("q1", 1, 200), ("q5", 1, 200), ("q5", 1, 200)]
    floor.fresh_read()
    assert session().scalar(select(func.count()).select_from(AttemptItem)) == 7
    seqs = session().scalars(select(AttemptItem.seq).where(AttemptItem.answered))
    assert (set(seqs), stored(floor, attempt)["q1"], stored(floor, attempt)["q5"]) == ({1}, "o2", "64")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_trust_row_5_what_is_seen_is_what_is_sent_is_what_is_stored_for_each_kind(floor, person, size):
    actor = as_actor(person)
    attempt = begun(actor, a_quiz(*one_of_each(written=True), shuffle_options=True))
    page = floor.page_of(person, size=size)
    sent = {}
    page.on(
        "request",
        lambda request: (
            sent.update({request.url.rsplit("/", 1)[1]: json.loads(request.post_data)["value"]})
            if "/answers/" in request.url
            else None
        ),
    )
    for item in paper(actor, attempt).values():
        page.goto(f"/attempts/{attempt}?q={item.position}")
        _give(page, item)
        page.wait_for_function(NOTHING_KEPT)
        wanted = right_value(item)
        floor.fresh_read()
        kept = paper(actor, attempt)[item.key].shown
        assert _unordered(item, _seen(page, item)) == _unordered(item, sent[item.key]) == _unordered(item, kept)
        assert _unordered(item, kept) == _unordered(item, wanted)


def _unordered(item, value):
    return sorted(value) if item.question.kind is Kind.MULTIPLE else value


def _give(page, item):
    """Answer as a person does, by clicks and keys."""
    box, value = page.locator(f"#{item.key}"), right_value(item)
    match item.question.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            for each in [value] if isinstance(value, str) else value:
                box.locator(f'.choice:has(input[value="{each}"])').click()
        case Kind.TRUE_FALSE:
            box.locator(f'.choice:has(input[value="{"true" if value else "false"}"])').click()
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


def _seen(page, item):
    """Return what the fields show, read without the page's own script."""
    box, key = page.locator(f"#{item.key}"), item.key
    match item.question.kind:
        case Kind.SINGLE:
            return box.locator("input:checked").get_attribute("value")
        case Kind.TRUE_FALSE:
            return box.locator("input:checked").get_attribute("value") == "true"
        case Kind.MULTIPLE:
            return [each.get_attribute("value") for each in box.locator("input:checked").all()]
        case Kind.FILL_IN:
            return [each.input_value() for each in box.locator("input.blank").all()]
        case Kind.ORDERING:
            places = {each.input_value(): each.get_attribute("name") for each in box.locator("select").all()}
            return [places[place].partition(".")[2] for place in sorted(places)]
        case Kind.MATCHING:
            return {
                each.get_attribute("name").partition(".")[2]: each.input_value() for each in box.locator("select").all()
            }
        case _:
            return box.locator(f'[name="{key}"]').input_value()


def test_a_typing_that_never_pauses_is_saved_all_the_same(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each(written=True)))
    page = floor.page_of(person)
    StoppedClock(page)
    page.goto(f"/attempts/{attempt}?q=8")
    page.wait_for_function(HELD)
    page.locator('[name="q8"]').focus()
    for _ in range(30):
        page.keyboard.type("字")
        page.clock.run_for(200)
    until(lambda: stored(floor, attempt)["q8"])


def test_offline_for_ten_minutes_and_errors_after_it_lose_nothing(floor, person):
    """Answers given offline, the network back with a server that refuses for a while, then all is saved in order."""
    floor.allowed += [OFFLINE, "status of 50"]
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    time = StoppedClock(page)
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    page.context.set_offline(True)
    kept = page.locator("[data-saved-text]").first
    for number, item in enumerate(paper(as_actor(person), attempt).values()):
        _give(page, item)
        time.goes_on(1)
        page.clock.fast_forward(85_000)
        expect(kept).to_have_text(f"未保存：{number + 1} 题还在本机")
    assert set(stored(floor, attempt).values()) == {None}
    refused = []

    def refuse_three(route):
        if len(refused) < 3:
            refused.append(route.request.url)
            route.fulfill(status=503, json={"error": {"code": "busy", "message": "", "fields": {}}})
        else:
            route.continue_()

    page.route("**/answers/*", refuse_three)
    page.context.set_offline(False)
    time.goes_on_until(lambda: len(refused) == 3)
    expect(kept).to_have_text("未保存：7 题还在本机")
    time.goes_on_until(lambda: kept.inner_text().startswith("已保存"))
    saved(page)
    assert len(refused) == 3
    assert all(stored(floor, attempt)[f"q{n}"] is not None for n in range(1, 8))


def test_what_was_refused_is_never_called_saved(floor, person):
    floor.allowed.append("status of 422")
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    page = floor.page_of(person)
    page.goto(f"/attempts/{attempt}")
    page.locator("#q1 .choice").nth(0).click()
    saved(page)
    page.locator('[name="q5"]').evaluate(
        "field => { field.removeAttribute('maxlength'); field.value = '6'.repeat(300); field.dispatchEvent(new InputEvent('input', {bubbles: true})); }"
    )
    expect(page.locator("[data-saved-text]").first).to_have_text("第 5 题没有保存")
    page.locator('[name="q5"]').fill("64")
    saved(page)
    assert stored(floor, attempt)["q5"] == "64"


def test_a_newer_page_holds_the_paper_and_the_older_one_takes_it_back_with_what_it_kept(floor, person):
    floor.allowed += [OFFLINE, "status of 409"]
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    older, newer = floor.page_of(person), floor.page_of(person)
    older.goto(f"/attempts/{attempt}")
    older.locator("#q1 .choice").nth(0).click()
    saved(older)
    older.context.set_offline(True)
    older.locator('[name="q5"]').fill("64")
    newer.goto(f"/attempts/{attempt}")
    newer.locator("#q1 .choice").nth(1).click()
    saved(newer)
    older.context.set_offline(False)
    expect(older.get_by_role("heading", name="这份答卷已在另一个页面打开")).to_be_visible()
    expect(older.locator("form.exam")).to_be_hidden()
    assert (stored(floor, attempt)["q1"], stored(floor, attempt)["q5"]) == ("o2", None)
    older.get_by_role("button", name="在这里继续").click()
    saved(older)
    expect(older.locator('#q1 input[value="o2"]')).to_be_checked()
    assert (stored(floor, attempt)["q1"], stored(floor, attempt)["q5"]) == ("o2", "64")
    newer.locator("#q2 .choice").nth(0).click()
    expect(newer.locator('[data-cover="elsewhere"]')).to_be_focused()
    newer.keyboard.press("Tab")
    newer.keyboard.press("Enter")
    expect(newer.locator("#q2")).to_be_visible()


def test_a_second_tab_of_the_same_browser_covers_the_first_at_once(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    first = floor.page_of(person)
    first.goto(f"/attempts/{attempt}")
    first.wait_for_function(HELD)
    second = first.context.new_page()
    second.goto(f"/attempts/{attempt}")
    expect(first.get_by_role("button", name="在这里继续")).to_be_visible()
    second.locator("#q1 .choice").nth(1).click()
    saved(second)


def test_while_a_trainer_has_paused_the_page_covers_itself_keeps_all_and_goes_on_alone(floor, person):
    floor.allowed.append("status of 409")
    attempt = begun(as_actor(person), a_quiz(*one_of_each(), seconds=600))
    page = floor.page_of(person)
    time = StoppedClock(page)  # else the page asks by itself, and is covered before the click
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    paused = update(Attempt).where(Attempt.public_id == attempt)
    with transaction() as s:
        s.execute(paused.values(paused_at=clock.now()))
    page.locator("#q1 .choice").nth(1).click()
    time.goes_on(1)
    expect(page.get_by_role("heading", name="监考暂停")).to_be_visible()
    shown = page.locator("[data-clock-text]").inner_text()
    time.goes_on(180)
    assert page.locator("[data-clock-text]").inner_text() == shown
    assert stored(floor, attempt)["q1"] is None
    with transaction() as s:
        s.execute(paused.values(paused_at=None))
    time.goes_on_until(page.locator("#q1").is_visible)
    time.goes_on_until(lambda: stored(floor, attempt)["q1"] == "o2")


def test_a_page_counts_how_long_each_question_was_in_front_and_how_long_it_was_not(floor, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    with transaction() as s:
        s.execute(update(Attempt).values(started_at=clock.now() - timedelta(hours=1)))
    page = floor.page_of(person, size=PHONE)
    time = StoppedClock(page)
    page.goto(f"/attempts/{attempt}?q=1")
    page.wait_for_function(HELD)
    time.goes_on(10)
    page.get_by_role("button", name="下一题").click()
    time.goes_on(4)
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    time.goes_on(20)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.goto("about:blank")

    until(lambda: looked_away(floor)[1] >= 18)
    assert looked_away(floor)[0] == 1
    assert looked_away(floor)[1] <= 22
    assert 8 <= counted(floor)["q1"] <= 12
    assert counted(floor)["q2"] >= 3


def looked_away(floor):
    floor.fresh_read()
    return session().execute(select(Presence.away_times, Presence.away_seconds)).one()


def counted(floor):
    floor.fresh_read()
    return dict(session().execute(select(AttemptItem.key, AttemptItem.seconds)).all())


def test_own_mistakes_are_practised_with_the_key_shown_at_once(floor, person):
    actor, slug = as_actor(person), a_quiz(*one_of_each())
    handed_in(actor, begun(actor, slug))
    page = floor.page_of(person, size=PHONE)
    page.goto(f"/quizzes/{slug}")
    page.get_by_role("button", name="再练错题（7 题）").click()
    page.wait_for_url(re.compile("/attempts/"))
    page.locator("#q1 .choice").nth(1).click()
    page.locator("#q1").get_by_role("button", name="对一下答案").click()
    expect(page.locator("#q1 .is-right").first).to_be_visible()


def test_a_page_that_lost_the_paper_hands_nothing_in_when_its_clock_runs_out(floor, person):
    floor.allowed.append("status of 409")
    attempt = begun(as_actor(person), a_quiz(*one_of_each(), seconds=600))
    page, newer = floor.page_of(person), floor.page_of(person)
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    time = StoppedClock(page)
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    newer.goto(f"/attempts/{attempt}")
    newer.wait_for_function(HELD)
    page.locator("#q1 .choice").nth(1).click()
    time.goes_on_until(page.get_by_role("button", name="在这里继续").is_visible)
    page.keyboard.press("2")
    with floor.standing_still():
        set_deadline(attempt, 0)
        page.clock.fast_forward(700_000)
        time.goes_on(12)  # it asks every five seconds
        assert (posts, state_of(floor, attempt), stored(floor, attempt)["q1"]) == ([], "open", None)
        handed_in(as_actor(person), attempt)
        page.clock.resume()
        page.wait_for_url(re.compile("/result"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out_of_a_covered_paper_and_a_score_sheet(floor, theme):
    """WCAG 2.2 AA as far as axe can see it, on a phone and on a desk, in both languages."""
    person = a_person(theme=theme, locale="zh_CN" if theme == "light" else "en")
    actor, slug = as_actor(person), a_quiz(*one_of_each(written=True), seconds=900, interruptible=False)
    done = begun(actor, slug)
    handed_in(actor, done)
    for size in (PHONE, DESK):
        page = floor.page_of(person, size=size)
        for path in (f"/quizzes/{slug}", f"/attempts/{done}/print", f"/attempts/{done}/result"):
            page.goto(path)
            fits(page, path, rules=WCAG)
    attempt = begun(actor, slug)
    page.goto(f"/attempts/{attempt}")
    page.wait_for_function(HELD)
    newer = page.context.new_page()
    newer.goto(f"/attempts/{attempt}")
    expect(page.locator('[data-cover="elsewhere"]')).to_be_visible()
    fits(page, "elsewhere", rules=WCAG)
    with transaction() as s:
        s.execute(update(Attempt).where(Attempt.public_id == attempt).values(paused_at=clock.now()))
    newer.reload()
    expect(newer.locator('[data-cover="paused"]')).to_be_visible()
    fits(newer, "paused", rules=WCAG)
