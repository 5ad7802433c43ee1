"""Runs over `/api/v1`: the shapes that the player's page and any other program rely on."""

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.drills.models import RunLookup
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_content import a_document
from tests.support.make_played import GOOD_REPLY, WARM, a_published_drill

DRILL = "/api/v1/drills/drills/urge/runs"


@pytest.fixture
def call(client):
    """Send as an agent with a token."""
    trainer = an_actor(Role.TRAINER)
    a_document(trainer, slug="returns")
    a_published_drill(trainer)
    person = as_actor(a_person(Role.AGENT))
    with transaction():
        token = make_token(person, label="test", scope=["write", "read"])

    def send(method, path, **body):
        headers = {"Authorization": f"Bearer {token}"}
        return client.open(path, method=method, headers=headers, json=body if method != "GET" else None)

    return send


@pytest.fixture
def run(call):
    answer = call("POST", DRILL)
    assert answer.status_code == 201
    return answer.json


def steps(run):
    return f"/api/v1/runs/{run['id']}/steps"


def choice_of(run, words):
    return next(each["id"] for each in run["choices"] if each["text"] == words)


def test_a_run_has_what_the_contract_names(run):
    assert {"id", "scene", "bubbles", "choices", "free_text", "mood", "deadline", "ended", "debrief"} <= set(run)
    assert [each["text"] for each in run["bubbles"]] == ["到底发没发货？"]
    assert (run["step"], run["ended"], run["debrief"]) == (1, "", None)


def test_beginning_again_is_200_and_the_same_run(call, run):
    again = call("POST", DRILL)
    assert (again.status_code, again.json["id"]) == (200, run["id"])


def test_a_step_answers_with_the_next_scene(call, run):
    after = call("POST", steps(run), choice=choice_of(run, WARM), seq=1).json
    assert (after["free_text"], after["step"], after["mood"]) == (True, 2, 50)
    done = call("POST", steps(run), text=GOOD_REPLY, seq=2).json
    assert (done["state"], done["ended"]) == ("ended", "pass")
    assert done["debrief"].endswith(f"{run['id']}/debrief")


def test_nothing_tells_what_a_reply_is_worth(call, run):
    shown = call("GET", f"/api/v1/runs/{run['id']}").text
    assert "共情" not in shown
    assert "target" not in shown
    assert "effects" not in shown


def test_the_same_step_again_is_the_same_answer(call, run):
    body = {"choice": choice_of(run, WARM), "seq": 1}
    first, second = call("POST", steps(run), **body).json, call("POST", steps(run), **body).json
    first.pop("now"), second.pop("now")
    assert first == second


def test_another_reply_to_what_is_answered_is_409(call, run):
    call("POST", steps(run), choice=choice_of(run, WARM), seq=1)
    late = call("POST", steps(run), choice=run["choices"][1]["id"], seq=1)
    assert (late.status_code, late.json["error"]["code"]) == (409, "too_late")


@pytest.mark.parametrize(
    "body", [{"seq": 1}, {"seq": 1, "choice": "c1", "text": "好"}, {"choice": "c1"}, {"seq": "1", "choice": "c1"}]
)
def test_a_step_that_is_none_is_422(call, run, body):
    assert call("POST", steps(run), **body).status_code == 422


def test_a_reply_that_is_not_offered_is_422_and_says_so(call, run):
    refused = call("POST", steps(run), choice="c12345678", seq=1)
    assert refused.status_code == 422
    assert "choice" in refused.json["error"]["fields"]


def test_a_foreign_run_is_404(call, client):
    assert call("GET", "/api/v1/runs/nobody").status_code == 404
    assert call("POST", "/api/v1/runs/nobody/steps", choice="c", seq=1).status_code == 404


def test_what_is_looked_up_is_kept_once_with_its_longest_time(call, run):
    path = f"/api/v1/runs/{run['id']}/lookups"
    assert call("POST", path, number=1, kind="query", words="发货", found=3).status_code == 204
    call("POST", path, number=2, kind="article", slug="returns", seconds=4)
    call("POST", path, number=2, kind="article", slug="returns", seconds=9)
    kept = [(each.kind, each.words, each.found, each.seconds) for each in session().query(RunLookup).order_by("number")]
    assert kept == [("query", "发货", 3, None), ("article", "", None, 9)]
