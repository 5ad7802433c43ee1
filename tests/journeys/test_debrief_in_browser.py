"""After a drill: one rates oneself by keyboard, sees where it turned, practises; a lead looks at the reply in doubt."""

import re

import pytest
from playwright.sync_api import expect

from lms.core.access import Role
from lms.core.db import transaction
from lms.drills.actions import rating
from tests.support.live import DESK, PHONE, fits
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_trainer
from tests.support.make_played import BAD_REPLY, WARM, a_published_drill, begun, chose, wrote

pytestmark = pytest.mark.browser
DOUBTFUL = "很理解您着急，但我不能保证今天到，已加急，17号前发。"


def played(person, reply):
    run = begun(as_actor(person))
    chose(as_actor(person), run, WARM)
    wrote(as_actor(person), run, reply)
    return run


def test_one_rates_oneself_with_the_keyboard_and_practises_from_where_it_turned(floor):
    a_published_drill(a_trainer())
    person = a_person(Role.AGENT)
    run = played(person, BAD_REPLY)
    floor.fresh_read()
    page = floor.page_of(person, size=PHONE)
    page.goto(f"/runs/{run}/debrief")
    fits(page, "own rating")
    for number in range(3):
        page.locator(f"[name=rating-{number}]").first.focus()
        for _ in range(number + 1):
            page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="看得分和复盘").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("您打 2/5，得分")).to_be_visible()
    expect(page.get_by_text("您打 4/5，得分")).to_be_visible()
    expect(page.locator(".turning")).to_have_count(1)
    expect(page.locator(".said-costs").first).to_contain_text("保证今天到")
    fits(page, "debrief")
    page.get_by_role("button", name="从“核实”重练").click()
    expect(page).to_have_url(re.compile(r"/runs/\w+$"))
    expect(page.get_by_text("查完告诉我到底哪天到！")).to_be_visible()


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_a_lead_looks_at_what_is_in_doubt_and_reviews_the_run(floor, shade):
    a_published_drill(a_trainer())
    team = a_team()
    person, lead = a_person(Role.AGENT, team=team), a_person(Role.LEAD, team=team)
    run = played(person, DOUBTFUL)
    with transaction():
        rating.rate(as_actor(person), run, {"共情": 5, "准确": 1, "效率": 3}, [], dimensions=("共情", "准确", "效率"))
    floor.fresh_read()
    page = floor.page_of(lead, size=DESK, color_scheme=shade)
    page.goto("/drills/replies")
    fits(page, "queue")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(f"/runs/{run}/review"))
    fits(page, "review")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有待复核的回复")).to_be_visible()
    page.goto(f"/runs/{run}/review")
    page.get_by_label("评语（学员能看到）").fill("说得准，先接情绪更好")
    page.locator(".rating label").nth(3).click()
    page.get_by_role("button", name="保存点评").click()
    expect(page.get_by_text("点评已保存")).to_be_visible()
    page.goto(f"/runs/{run}/guide")
    fits(page, "guide")
    page.goto("/drills/drills/urge/runs")
    expect(page.get_by_text("4/5")).to_be_visible()
    fits(page, "runs")
