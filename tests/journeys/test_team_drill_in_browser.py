"""A lead plans a team drill, follows it on the board and writes what was learnt; the pages are for all."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from lms.assignments.actions.measures import add_measure, finish_measure
from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.here import today
from lms.drills import jobs
from lms.drills.rules.team import about_of
from tests.support.live import DESK, PHONE, StoppedClock, fits
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_played import COLD, a_published_drill, begun, chose, played_well
from tests.support.make_team_drills import a_team_drill

pytestmark = pytest.mark.browser


def a_floor():
    """Return a lead, three people of his and a published drill."""
    root = a_team("客服中心")
    team = a_team("售后一组", root)
    lead = a_person(Role.LEAD, team=team, name="丁一")
    people = [a_person(Role.AGENT, team=team, name=name) for name in ("林小满", "许文静", "周敏")]
    document = a_published_drill(as_actor(a_person(Role.TRAINER, team=root)))
    return lead, people, team, document


def test_a_lead_plans_one_after_having_seen_the_names_and_lets_somebody_off(floor):
    lead, _people, _team, _document = a_floor()
    floor.fresh_read()
    page = floor.page_of(lead, size=DESK)
    page.goto("/team-drills")
    page.get_by_role("link", name="安排第一次").click()
    page.get_by_label("名称").fill("爆仓演练")
    page.get_by_label("突发情况").select_option("overflow")
    page.get_by_label("售后一组").check()
    page.get_by_label("只要当天在班的人").uncheck()
    page.get_by_role("button", name="看看谁参加").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 人参加")
    expect(page.locator("main")).to_contain_text("林小满")
    page.get_by_role("button", name="安排并通知 3 人").click()
    expect(page.locator("main > .notice")).to_contain_text("通知到 3 人")
    page.get_by_text("免参加").first.click()
    page.get_by_label("原因").first.fill("产检")
    page.get_by_role("button", name="确定").first.click()
    expect(page.locator("main > .notice")).to_contain_text("这次不参加")


def test_the_board_follows_the_room_by_itself(floor):
    lead, people, team, document = a_floor()
    row = a_team_drill(as_actor(lead), document, team)
    path = f"/team-drills/{row.public_id}/board"
    floor.fresh_read()
    page = floor.page_of(lead, size=DESK)
    time = StoppedClock(page)  # else it asks by itself while they are still at it
    page.goto(path)
    expect(page.locator(".board-seats .is-absent")).to_have_count(3)
    begun(as_actor(people[0]))
    played_well(as_actor(people[1]))
    floor.fresh_read()
    time.goes_on(6)
    expect(page.locator(".board-seats .is-open")).to_contain_text("林小满")
    expect(page.locator(".board-seats .is-ended")).to_contain_text("100")


def test_the_pages_of_a_team_drill_are_readable_for_all(floor):
    lead, people, team, document = a_floor()
    first = a_team_drill(as_actor(lead), document, team, opens_at=clock.now())
    chose(as_actor(people[0]), begun(as_actor(people[0])), COLD)
    played_well(as_actor(people[1]))
    begun(as_actor(people[2]))
    with transaction():
        mine = add_measure(as_actor(lead), about_of(first.id), "早会演一遍", lead.id, due_on=today(), check_on=today())
        add_measure(as_actor(lead), about_of(first.id), "改话术", people[0].id, due_on=today())
    with transaction():
        finish_measure(as_actor(lead), mine, "做了")
    planned = a_team_drill(as_actor(lead), document, team, opens_at=clock.now() + timedelta(days=1))
    jobs.run_team_drills()
    floor.fresh_read()
    here = f"/team-drills/{first.public_id}"
    ahead = f"/team-drills/{planned.public_id}"
    for size, shade in ((DESK, "light"), (PHONE, "dark")):
        page = floor.page_of(lead, size=size)
        page.emulate_media(color_scheme=shade)
        for path in (
            "/team-drills",
            "/team-drills/new",
            here,
            f"{here}/board",
            f"{here}/review",
            ahead,
            f"{ahead}/edit",
            f"{ahead}/cancel",
            "/measures",
            "/",
        ):
            page.goto(path)
            page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
            fits(page, path)
