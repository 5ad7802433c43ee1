"""From the first screen to the bad question and its verdict with the keyboard alone; the pages are for all."""

import pytest
from playwright.sync_api import expect

from lms.core.access import Role
from lms.quizzes import jobs
from tests.support import make_cohort_of_attempts as made
from tests.support.live import DESK, PHONE, fits
from tests.support.make import a_person, a_team
from tests.support.make_quizzes import a_quiz

pytestmark = pytest.mark.browser


def sat(cohort):
    slug = a_quiz(*cohort.questions)
    made.write(cohort, slug, team_id=a_team().id)
    return slug


def follow(page, name):
    link = page.get_by_role("link", name=name).first
    link.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_trainer_finds_the_bad_question_and_says_that_it_was_looked_at_without_a_mouse(floor):
    trainer = a_person(Role.TRAINER)
    slug = sat(made.simulated(3, people=60, questions=8, planted={3: made.MISKEYED}))
    jobs.look_at_questions()
    floor.fresh_read()
    page = floor.page_of(trainer, size=DESK)
    page.goto("/")
    follow(page, "高分学员多选了")
    expect(page.locator(".analysis-sum")).to_contain_text("1 道题有问题")
    follow(page, "第 4 题 · ")
    expect(page.locator(".is-key")).to_have_count(1)
    page.get_by_text("看过了，不用改").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("问过出题人")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("问过出题人")
    page.goto(f"/exams/{slug}/analysis")
    expect(page.locator(".analysis-sum")).to_contain_text("没看出有问题的题")


def test_the_pages_are_readable_for_all(floor):
    trainer = a_person(Role.TRAINER)
    cohort = made.simulated(31, people=100, questions=12, planted={3: made.MISKEYED, 5: made.EASY}, hasty=(17,))
    slug, few = sat(cohort), sat(made.simulated(4, people=8, questions=4))
    floor.fresh_read()
    for size, shade in ((DESK, "light"), (PHONE, "dark")):
        page = floor.page_of(trainer, size=size)
        page.emulate_media(color_scheme=shade)
        base = f"/exams/{slug}/analysis"
        page.goto(base)
        question = page.get_by_role("link", name="第 4 题 · ").get_attribute("href")
        for path in (base, question, f"{base}/unusual", f"/exams/{few}/analysis", f"{base}?from=2030-01-01"):
            page.goto(path)
            page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
            fits(page, path)
