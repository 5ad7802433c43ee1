"""Over the API a run is given up, practised again, voided and scored anew as on the pages."""

import pytest

from lms.core.access import Role
from lms.core.db import session
from lms.drills.models import Run
from lms.records.models import Record
from tests.support.asked_api import Program
from tests.support.make import a_person
from tests.support.make_played import WARM, a_published_drill, begun, chose, played_well


@pytest.fixture
def trainer(world, client):
    program = Program(client, a_person(Role.TRAINER))
    a_published_drill(program.actor)
    return program


@pytest.fixture
def agent(trainer, client):
    return Program(client, a_person(Role.AGENT))


def state_of(run_id):
    return session().query(Run.state).filter_by(public_id=run_id).scalar()


def test_a_run_in_which_nothing_was_sent_is_as_if_it_had_not_been(agent):
    run_id = begun(agent.actor)
    answer = agent("POST", f"/runs/{run_id}/give-up")
    assert (answer.status_code, answer.json["state"]) == (200, "left")
    assert agent("POST", f"/runs/{run_id}/give-up").json["state"] == "left"


def test_a_run_that_was_begun_in_earnest_ends_and_is_nobody_elses_to_give_up(agent, trainer):
    run_id = begun(agent.actor)
    chose(agent.actor, run_id, WARM)
    assert trainer("POST", f"/runs/{run_id}/give-up").status_code == 404
    assert agent("POST", f"/runs/{run_id}/give-up").json["state"] == "ended"


def test_practice_begins_at_a_scene_that_was_met_and_is_one(agent, trainer):
    run_id = played_well(agent.actor)
    path = f"/runs/{run_id}/retries"
    made = agent("POST", path, {"scene": "核实"})
    assert (made.status_code, made.json["lanes"][0]["bubbles"][-1]["text"], made.json["state"]) == (
        201,
        "查完告诉我到底哪天到！",
        "open",
    )
    again = agent("POST", path, {"scene": "核实"})
    assert (again.status_code, again.json["id"]) == (200, made.json["id"])
    assert trainer("POST", path, {"scene": "核实"}).status_code == 404


@pytest.mark.parametrize("body", [{"scene": "别处"}, {"scene": ""}, {}, {"scene": "x" * 201}, {"scene": 1}])
def test_a_scene_that_was_not_met_is_refused(agent, body):
    run_id = played_well(agent.actor)
    assert agent("POST", f"/runs/{run_id}/retries", body).status_code == 422


def test_a_run_is_voided_once_and_not_by_whose_it_is(agent, trainer):
    run_id = played_well(agent.actor)
    void = f"/runs/{run_id}/void"
    assert agent("POST", void, {"reason": "手滑"}).status_code == 403
    for body in ({}, {"reason": ""}, {"reason": " "}, {"reason": "x" * 401}, {"reason": "x", "all": True}):
        assert trainer("POST", void, body).status_code == 422
    assert state_of(run_id) == "ended"
    assert trainer("POST", void, {"reason": "账号给别人用了"}).status_code == 204
    assert state_of(run_id) == "voided"
    assert [line.verb for line in session().query(Record).filter_by(ref=run_id).order_by(Record.seq)] == [
        "graded",
        "voided",
    ]
    assert trainer("POST", void, {"reason": "再来"}).status_code == 409
    assert trainer("POST", f"/runs/{'0' * 32}/void", {"reason": "再来"}).status_code == 404


def test_ended_runs_are_counted_first_and_then_scored_by_the_newest_version(agent, trainer):
    played_well(agent.actor)
    path = "/drills/drills/urge/rescore"
    looked = trainer("POST", path, {"dry_run": True}).json
    assert (looked["runs"], looked["done"]) == (0, True)
    assert agent("POST", path, {"dry_run": True}).status_code == 403
    assert trainer("POST", path, {"seen": looked["seen"]}).json["error"]["fields"].keys() == {"reason"}
    stale = trainer("POST", path, {"reason": "改了评分", "seen": "x"})
    assert (stale.status_code, stale.json["error"]["code"]) == (409, "preview_stale")
    done = trainer("POST", path, {"reason": "改了评分", "seen": looked["seen"]}).json
    assert (done["scored"], done["done"]) == (0, True)
    assert trainer("POST", "/drills/none/rescore", {"dry_run": True}).status_code == 404
