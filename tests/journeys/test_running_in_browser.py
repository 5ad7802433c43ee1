"""A trainer runs a quiz with the keyboard alone; the page follows the room; the pages are for all."""

import pytest
from playwright.sync_api import expect

from lms.core.access import Role
from tests.support.live import DESK, PHONE, StoppedClock, fits
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_quizzes import a_quiz, answered_right, begun, handed_in, one_of_each
from tests.support.make_sittings import a_makeup, a_window

pytestmark = pytest.mark.browser


def a_room():
    """Return a trainer, two people of his and a quiz that the first of them sits."""
    root = a_team()
    trainer = a_person(Role.TRAINER, team=root)
    people = [a_person(team=a_team("售前组", parent=root), name=name) for name in ("林小满", "许文静", "周敏")]
    slug = a_quiz(*one_of_each(), seconds=1800, attempts=1, title="退货测验")
    handed_in(as_actor(people[2]), begun(as_actor(people[2]), slug))
    return trainer, people, slug, begun(as_actor(people[0]), slug)


def press(page, name):
    button = page.get_by_role("button", name=name, exact=True).first
    button.focus()
    page.keyboard.press("Enter")


def test_the_page_follows_the_room_and_keeps_ticks_and_the_place_of_the_keyboard(floor):
    trainer, people, slug, attempt = a_room()
    page = floor.page_of(trainer, size=DESK)
    time = StoppedClock(page)
    page.goto(f"/exams/{slug}/manage")
    tick = page.get_by_role("checkbox", name="林小满")
    tick.focus()
    page.keyboard.press("Space")
    answered_right(as_actor(people[0]), attempt)
    begun(as_actor(people[1]), slug)
    floor.fresh_read()
    time.goes_on(11)
    expect(page.locator(".seats")).to_contain_text("7/7 题")
    expect(page.locator(".seats")).to_contain_text("许文静")
    expect(tick).to_be_checked()
    expect(tick).to_be_focused()
    press(page, "暂停")
    expect(page.locator("main")).to_contain_text("已暂停 1 人")
    page.get_by_role("checkbox", name="林小满").focus()
    page.keyboard.press("Space")
    press(page, "收卷…")
    expect(page.get_by_role("heading", name="给 1 人收卷？")).to_be_visible()
    press(page, "收 1 份卷")
    expect(page.locator(".seats")).not_to_contain_text("林小满")


def test_the_pages_of_those_who_run_a_quiz_are_readable_for_all(floor):
    trainer, people, slug, _ = a_room()
    a_window(slug, trainer, seconds=3600)
    a_window(slug, trainer, person=people[1], attempts=3)
    a_makeup(slug, trainer, people[2])
    floor.fresh_read()
    for size, shade in ((DESK, "light"), (PHONE, "dark")):
        page = floor.page_of(trainer, size=size)
        page.emulate_media(color_scheme=shade)
        for path in ("/exams", *(f"/exams/{slug}/{word}" for word in ("manage", "scores", "sheet", "makeups"))):
            page.goto(path)
            page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
            fits(page, path)
