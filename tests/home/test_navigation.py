"""The navigation says where one is: one way at a time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.access import Role
from lms.home.navigation import folded
from tests.support.make import a_person, a_team, mentors, sign_in


@pytest.fixture
def mentor(world, client):
    team = a_team("售后一组")
    person = a_person(Role.AGENT, team=team)
    mentors(person, a_person(Role.AGENT, team=team, no="A2001"))
    sign_in(client, person)
    return person


def ways(client, path):
    top = client.get(path).text.partition('class="mainnav"')[2].partition("</nav>")[0]
    return re.findall(r'href="([^"]*)" aria-current="page"', top)


@pytest.mark.parametrize("path", ["/", "/courses", "/confirm", "/kb"])
def test_only_the_way_that_was_taken_is_marked(mentor, client, path):
    assert ways(client, path) == [path]


def test_a_page_of_a_room_marks_the_way_to_the_room(mentor, client):
    assert ways(client, "/reports/person/A2001") == ["/reports/completion"]


def test_human_resources_keep_the_calendar_and_have_a_way_to_it(world, client):
    sign_in(client, a_person(Role.HR))
    assert ways(client, "/calendar") == ["/calendar"]


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/campaigns/new", "/cycles"),
        ("/sessions/new", "/cycles"),
        ("/pulse", "/cycles"),
        ("/roster", "/people"),
        ("/certificates/team", "/reports/completion"),
    ],
)
def test_a_page_that_serves_another_room_marks_the_way_one_would_take(world, client, path, way):
    sign_in(client, a_person(Role.TRAINER))
    assert ways(client, path) == [way]


def shown(labels, width):
    """Return which of the labels stand in the bar of a window that is so wide."""
    return [label for label, at in zip(labels, folded(labels), strict=True) if at and width >= at]


ENGLISH = ["Today", "Studio", "Confirm", "Reports", "Knowledge", "Training", "People", "Training impact", "Quizzes"]
CHINESE = ["今天", "编辑台", "确认", "报表", "知识库", "培训安排", "人员", "培训效果", "全部测验", "演练"]


def test_where_there_is_no_room_the_last_ways_are_folded_and_none_is_cut():
    assert shown(ENGLISH, 1280) == ENGLISH[:7]
    assert shown(CHINESE, 1280) == CHINESE
    assert shown(ENGLISH, 1279) == shown(ENGLISH, 1024) == ENGLISH[:4]
    assert shown(["今天", "课程", "知识库", "我的", "演练"], 1024) == ["今天", "课程", "知识库", "我的", "演练"]
    assert shown(ENGLISH, 767) == []


@given(st.lists(st.text("知x", min_size=1, max_size=20), max_size=14))
def test_what_stands_in_the_bar_is_always_the_first_ways_and_more_of_them_in_a_wider_window(labels):
    for narrow, wide in ((768, 1024), (1024, 1280)):
        assert shown(labels, narrow) == labels[: len(shown(labels, narrow))]
        assert len(shown(labels, narrow)) <= len(shown(labels, wide))


def folded_ways(client, before, after):
    part = client.get("/").text.partition(before)[2].partition(after)[0]
    return set(re.findall(r'href="([^"]*)"', part))


@pytest.mark.parametrize("role", [Role.TRAINER, Role.LEAD, Role.ADMIN, Role.QUALITY, Role.AGENT, Role.DIRECTOR])
def test_every_way_of_the_bar_is_in_the_list_and_on_a_phone_as_well(world, client, role):
    sign_in(client, a_person(role, team=a_team("售后一组")))
    bar = folded_ways(client, 'class="mainnav"', "</nav>")
    assert bar == folded_ways(client, 'class="ways-list"', "</nav>") == folded_ways(client, 'class="tabbar"', "</nav>")


def test_an_administrator_has_a_way_to_how_the_system_is(world, client):
    sign_in(client, a_person(Role.ADMIN))
    assert ways(client, "/health") == ["/health"]
