"""Giving a document over the API: to people by number or to a team, never to whom one may not give."""

import pytest
from sqlalchemy import select

from lms.accounts.actions import make_token
from lms.assignments.models import Assignment
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, a_quiz_text, a_trainer


@pytest.fixture
def floor(client):
    a_document(a_trainer(), a_quiz_text(), kind="quiz", slug="two")
    root = a_team("公司")
    mine, theirs = a_team("甲", root), a_team("乙", root)
    lead = a_person(Role.LEAD, team=mine)
    people = {
        "own": a_person(team=mine, no="A1"),
        "also": a_person(team=mine, no="A2"),
        "other": a_person(team=theirs, no="B1"),
    }
    with transaction():
        bearer = {"Authorization": f"Bearer {make_token(as_actor(lead), label='')}"}

    def give(**body):
        answer = client.post("/api/v1/assignments", json={"document": "quiz:two"} | body, headers=bearer)
        return answer.status_code, answer.get_json()

    return give, people, mine, theirs


def given(people):
    held = set(session().scalars(select(Assignment.person_id)))
    return {who for who, person in people.items() if person.id in held}


def test_people_by_number_and_again_without_harm(floor):
    give, people, _, _ = floor
    assert give(people=["A1"]) == (200, {"people": 1, "new": None})
    assert give(people=["A1"])[0] == 200
    assert given(people) == {"own"}


def test_a_team_with_how_many_did_not_owe_it(floor):
    give, people, mine, _ = floor
    give(people=["A1"])
    status, answer = give(team=mine.code)
    assert (status, answer["people"] - answer["new"]) == (200, 1)
    assert given(people) == {"own", "also"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"people": ["A1", "B1"]}, "people"),
        ({"people": ["nobody"]}, "people"),
        ({}, "people"),
        ({"team": "none"}, "team"),
        ({"people": ["A1"], "due_on": "2020-01-01"}, "due_on"),
        ({"people": ["A1"], "document": "quiz:none"}, "document"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_given(floor, body, field):
    give, people, _, _ = floor
    status, answer = give(**body)
    assert (status, list(answer["error"]["fields"])) == (422, [field])
    assert given(people) == set()


def test_a_team_of_others_is_refused(floor):
    give, people, _, theirs = floor
    assert give(team=theirs.code)[0] == 422
    assert given(people) == set()
