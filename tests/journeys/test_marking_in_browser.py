"""A trainer marks with the keyboard alone; what was typed is saved before any page is left, and the pages are for all."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from lms.core.access import Role
from lms.core.db import session
from lms.core.points import from_fraction
from lms.quizzes.models import Attempt, AttemptItem
from tests.support.live import DESK, PHONE, fits
from tests.support.make import a_person, as_actor
from tests.support.make_marking import GOOD, a_written_quiz, marked, planned, written
from tests.support.waiting import until

pytestmark = pytest.mark.browser


def earned(floor):
    """Return what the answers earn, in the order in which they were handed in; None while they wait."""
    floor.fresh_read()
    rows = session().execute(
        select(AttemptItem.earned, AttemptItem.waiting).join(Attempt).order_by(Attempt.id, AttemptItem.position)
    )
    return [None if row.waiting else row.earned / from_fraction(1) for row in rows]


def test_six_answers_are_marked_and_one_taken_back_without_a_mouse(floor):
    trainer, slug = a_person(Role.TRAINER), a_written_quiz()
    for _ in range(6):
        written(as_actor(a_person()), slug, GOOD)
    floor.fresh_read()
    page = floor.page_of(trainer, size=DESK)
    page.goto(f"/marking/next/{slug}")
    judged = page.locator("#points-2")
    for number, points in enumerate((2, 1, 0), start=1):
        expect(page.locator("h1 + p")).to_have_text(f"还剩 {7 - number} 份 · 这道题 {7 - number} 份")
        expect(judged).to_be_focused()  # the page hears the keys
        page.keyboard.press(str(points))
        expect(page.locator("[data-total]")).to_have_text(str(5 + points))
        page.keyboard.press("Enter")
        expect(page.locator("#undo")).to_contain_text(f"{5 + points} 分")
    assert earned(floor) == [7, 6, 5, None, None, None]
    expect(judged).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator(".notice").first).to_contain_text("已撤销")
    assert earned(floor) == [7, 6, None, None, None, None]
    expect(judged).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#points-3")).to_be_focused()
    page.keyboard.press("4")
    expect(page.locator("[data-total]")).to_have_text("1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("2")
    page.keyboard.press("n")  # changed, so it is saved before the next one comes
    expect(page.locator("#undo")).to_contain_text("3 分")
    assert earned(floor) == [7, 6, 3, None, None, None]


def test_fast_steps_to_and_fro_on_a_slow_line_lose_no_mark(floor):
    trainer, slug = a_person(Role.TRAINER), a_written_quiz()
    for _ in range(5):
        written(as_actor(a_person()), slug, GOOD)
    floor.fresh_read()
    page = floor.page_of(trainer, size=DESK)
    page.goto(f"/marking/next/{slug}")
    held = []
    page.route(
        "**/marking/**", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    for step in range(5):
        expect(page.locator("#points-2")).to_be_focused()
        page.keyboard.press("1")
        for key in ("n", "n", "p") if step % 2 else ("p", "n", "Enter"):
            page.keyboard.press(key)
        until(lambda: page.context.cookies() and held)
        held.pop().continue_()  # not before the last key: as slow as a line can be
        assert held == []
        page.wait_for_url("**undo=**")
        page.wait_for_load_state("load")
        page.evaluate("history.replaceState(null, '', location.pathname)")
    assert earned(floor) == [6] * 5


def test_the_pages_of_marking_are_for_everybody(floor):
    trainer, other = a_person(Role.TRAINER, name="苏岩"), as_actor(a_person(Role.TRAINER, name="严立"))
    slug = a_written_quiz(title="催发货怎么回")
    one, two, three = (written(as_actor(a_person()), slug, "抱歉，我不能保证。拆开拍照片") for _ in range(3))
    planned(other, slug, second_percent=100)
    for attempt in (one, two):
        marked(other, attempt, 3, 2, 1, 0)
    marked(as_actor(trainer), one, 1, 0, 0, 0, note="语气差")
    floor.fresh_read()
    for size, shade in ((DESK, "light"), (PHONE, "dark")):
        page = floor.page_of(trainer, size=size)
        page.emulate_media(color_scheme=shade)
        for path in ("/marking", f"/exams/{slug}/marking", *(f"/marking/{a}/1" for a in (one, two, three))):
            page.goto(path)
            fits(page, path)
