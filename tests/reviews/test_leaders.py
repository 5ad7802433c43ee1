"""Badges that the worker grants, and the pages of leaderboards."""

from datetime import UTC, datetime

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session
from lms.notifications.models import Notice
from lms.reviews.jobs.rewards import grant_badges
from lms.reviews.models import BadgeGrant, LeaderOptOut
from lms.reviews.queries import badges as reading
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_awards import scored, shared
from tests.support.make_content import a_document, a_quiz_text, a_trainer
from tests.support.make_quizzes import answered_right, begun, handed_in
from tests.support.pages import send

NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _still():
    with clock.frozen(NOON):
        yield


def page_of(world, person):
    client = world.test_client()
    sign_in(client, person)
    return client


def shown(world, person, query="board=composite&scope=team&quarter=2026Q3"):
    answer = page_of(world, person).get(f"/leaders?{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def a_full_team(n=9):
    team = a_team("一组", a_team("客服中心"))
    people = [a_person(Role.AGENT, team=team, name=f"客服{number}号") for number in range(n)]
    for number, person in enumerate(people):
        scored(person, 60 + number)
    return people


def named(page):
    return [number for number in range(30) if f'<th scope="row">客服{number}号' in page]


def test_the_top_third_stands_there_and_ones_own_place_is_told_to_oneself(world):
    people = a_full_team()
    page = shown(world, people[0])
    assert named(page) == [6, 7, 8]
    assert "您现在第 9，共 9 人" in page
    assert "第 9，共" not in shown(world, people[8])


def test_opting_out_holds_at_once_and_the_others_move_up(world):
    people = a_full_team()
    client = page_of(world, people[8])
    assert send(client, "/me/leaders", take_part="0").status_code == 303
    assert send(client, "/me/leaders", take_part="0").status_code == 303
    assert session().query(LeaderOptOut).count() == 1
    page = shown(world, people[7])
    assert named(page) == [6, 7]
    assert "您现在第 1，共 8 人" in page
    assert "您选了不上榜" in client.get("/leaders?quarter=2026Q3").get_data(as_text=True)
    assert send(client, "/me/leaders", take_part="1").status_code == 303
    assert named(shown(world, people[7])) == [6, 7, 8]


def test_a_small_team_has_none_but_the_company_has(world):
    people = a_full_team(4)
    a_full_team(5)
    assert "人太少，不排榜" in shown(world, people[0])
    assert "人太少" not in shown(world, people[0], "scope=all&quarter=2026Q3")


def test_contributions_have_their_own_board(world):
    people = a_full_team()
    for number, person in enumerate(people[:6]):
        shared(person, number + 1)
    page = shown(world, people[0], "board=knowledge&scope=team&quarter=2026Q4")
    assert named(page) == [4, 5]


@pytest.mark.parametrize("query", ["board=%00&scope=x&quarter=2026-02-31", "board=learning", "quarter=" + "9" * 400])
def test_junk_shows_the_usual_board(world, query):
    assert "光荣榜" in shown(world, a_person(Role.AGENT), query)


# badges


def test_the_worker_grants_what_was_reached_once_and_tells_the_person(world):
    person = a_person(Role.AGENT)
    shared(person)
    assert grant_badges() == 1
    assert grant_badges() == 0
    [(badge, day)] = reading.of_person(person.id)
    assert (badge.code, day) == ("share_1", NOON.date())
    assert session().query(Notice).filter_by(person_id=person.id).count() == 1


def test_full_marks_of_a_real_paper_are_a_badge(world):
    person = a_person(Role.AGENT)
    a_document(a_trainer(), a_quiz_text(title="小测"), kind="quiz", slug="small")
    attempt = begun(as_actor(person), "small")
    answered_right(as_actor(person), attempt)
    handed_in(as_actor(person), attempt)
    assert grant_badges() == 1
    assert session().query(BadgeGrant.badge).scalar() == "full_1"


def test_badges_say_how_to_get_them_and_which_are_ones_own(world):
    person = a_person(Role.AGENT)
    shared(person)
    grant_badges()
    page = page_of(world, person).get("/badges").get_data(as_text=True)
    assert page.count("还没得到") == 6
    assert "10月12日 得到" in page
    english = page_of(world, a_person(Role.AGENT, locale="en")).get("/badges").get_data(as_text=True)
    assert "First full marks" in english
