"""The navigation says where one is: one way at a time."""

import re

import pytest

from lms.core.access import Role
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
