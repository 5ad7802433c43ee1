"""Running a quiz over `/api/v1`: what a program does as the person whose token it bears."""

import pytest

from lms.accounts.actions import make_token
from lms.accounts.models import Person
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_quizzes import a_quiz, answered_right, begun, handed_in, one_of_each
from tests.support.make_sittings import attempt_of


class Program:
    """A client that bears the token of a person."""

    def __init__(self, client, person):
        with transaction():
            self.headers = {"Authorization": f"Bearer {make_token(as_actor(person), label='脚本')}"}
        self.client = client

    def __call__(self, method, path, body=None):
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=self.headers)


@pytest.fixture
def place(world, client):
    root = a_team()
    team = a_team(parent=root)
    agent = a_person(team=team)
    slug = a_quiz(*one_of_each(), seconds=1800, attempts=1)
    return Program(client, a_person(Role.TRAINER, team=root)), as_actor(agent), slug, team


def test_who_sits_is_paused_given_time_and_collected_when_the_number_is_right(place):
    call, actor, slug, team = place
    attempt = begun(actor, slug)
    [seat] = call("GET", f"/quizzes/{slug}/sittings").json["items"]
    assert (seat["attempt"], seat["paused"], seat["answered"], seat["total"]) == (attempt, False, 0, 7)
    act = f"/quizzes/{slug}/sittings"
    assert call("POST", act, {"act": "pause", "team": team.code}).json == {"count": 1}
    assert call("POST", act, {"act": "go_on", "attempts": [attempt]}).json == {"count": 1}
    assert call("POST", act, {"act": "extend", "minutes": 5}).json == {"count": 1}
    refused = call("POST", act, {"act": "collect"})
    assert (refused.status_code, refused.json["error"]["code"], refused.json["error"]["count"]) == (409, "confirm", 1)
    assert call("POST", act, {"act": "collect", "confirm": 1}).json == {"count": 1}
    assert attempt_of(attempt).ended_by == "trainer"
    assert call("POST", act, {"act": "pause"}).json["error"]["code"] == "nobody_sits"


def test_time_that_is_given_twice_by_a_call_that_came_twice_counts_once(place):
    call, actor, slug, _ = place
    attempt = begun(actor, slug)
    act = f"/quizzes/{slug}/sittings"
    seen = call("GET", act).json["at"]
    body = {"act": "extend", "minutes": 5, "seen_at": seen}
    assert call("POST", act, body).json == {"count": 1}
    later = attempt_of(attempt).deadline_at
    again = call("POST", act, body)
    assert (again.status_code, again.json["error"]["code"]) == (409, "given_already")
    assert attempt_of(attempt).deadline_at == later
    assert call("POST", act, {**body, "seen_at": call("GET", act).json["at"]}).json == {"count": 1}


def test_a_window_is_set_asked_about_and_taken_away(place):
    call, actor, slug, _ = place
    begun(actor, slug)
    path = f"/quizzes/{slug}/windows"
    assert call("PUT", path, {"employee_no": actor.employee_no, "seconds": 3600}).json["later"] == 1
    shut = {"closes_at": "2020-01-01T00:00:00Z"}
    refused = call("PUT", path, shut)
    assert (refused.status_code, refused.json["error"]["ends_now"]) == (409, 1)
    assert call("PUT", path, {**shut, "confirm": 1}).json == {"ended": 1, "earlier": 0, "later": 0}
    assert [row["employee_no"] for row in call("GET", path).json["items"]] == ["", actor.employee_no]
    call("PUT", path, {"confirm": 1})
    assert len(call("GET", path).json["items"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"closes_at": "2026-01-01T00:00:00"},  # without a zone
        {"closes_at": "tomorrow"},
        {"seconds": 10},
        {"attempts": "2"},
        {"team": "no such"},
        {"employee_no": "X-none", "attempts": 2},
        {"team": "a", "employee_no": "b"},
    ],
)
def test_a_window_that_makes_no_sense_is_422(place, body):
    call, _, slug, _ = place
    assert call("PUT", f"/quizzes/{slug}/windows", body).status_code == 422


def test_a_makeup_is_given_listed_scored_apart_and_withdrawn(place):
    call, actor, slug, _ = place
    handed_in(actor, begun(actor, slug))
    path = f"/quizzes/{slug}/makeups"
    body = {"people": [actor.employee_no], "reason": "断电", "attempts": 2}
    assert call("POST", path, body).json == {"given": [actor.employee_no], "refused": []}
    assert call("POST", path, body).json["refused"][0]["employee_no"] == actor.employee_no
    attempt = begun(actor, slug)
    answered_right(actor, attempt)
    handed_in(actor, attempt)
    [row] = call("GET", path).json["items"]
    assert (row["used"], row["passed"]) == (1, True)
    scores = call("GET", f"/quizzes/{slug}/scores").json
    assert (scores["pass_rate"], scores["pass_rate_with_makeups"], scores["mean"]) == (0, 100, 0)
    [line] = scores["items"]
    assert (line["standing"], line["makeup"]["score"], line["best"]["score"]) == ("made_up", 100, 0)
    withdrawn = call("POST", f"/makeups/{row['id']}/withdraw", {"reason": "写错人"})
    assert withdrawn.status_code == 204
    assert call("GET", path).json["items"][0]["withdrawn_at"]


def test_a_lead_reaches_nobody_of_another_team(place, client):
    call, actor, slug, team = place
    attempt = begun(actor, slug)
    stranger = Program(client, a_person(Role.LEAD, team=a_team()))
    number = session().get_one(Person, actor.id).employee_no
    assert call("POST", f"/quizzes/{slug}/makeups", {"people": [number], "reason": "停电"}).status_code == 200
    for what in ("sittings", "makeups", "scores"):
        shown = stranger("GET", f"/quizzes/{slug}/{what}")
        assert (shown.status_code, shown.json["items"]) == (200, [])
    act = f"/quizzes/{slug}/sittings"
    assert stranger("POST", act, {"act": "pause", "attempts": [attempt]}).status_code == 404
    assert stranger("POST", act, {"act": "collect", "team": team.code, "confirm": 9}).status_code == 409
    window = f"/quizzes/{slug}/windows"
    assert stranger("PUT", window, {"team": team.code, "attempts": 9}).status_code == 404
    assert stranger("PUT", window, {"employee_no": number, "attempts": 9}).status_code == 422
    assert stranger("PUT", window, {"attempts": 9}).status_code == 403
    assert stranger("POST", f"/quizzes/{slug}/makeups", {"people": [number], "reason": "停电"}).status_code == 422
    assert attempt_of(attempt).paused_at is None
