"""作废: a run counts for nothing any more, everything of it stays, and the log says who and why."""

import pytest
from sqlalchemy import select

from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.models import AuditEntry
from lms.drills.actions import reviewing, voiding
from lms.drills.models import Run, RunEvent, RunScore
from lms.drills.queries.room import room
from lms.records import queries as log
from lms.records.models import Record, Standing
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_played import BAD_REPLY, WARM, a_published_drill, begun, chose, played_well, wrote
from tests.support.pages import token


@pytest.fixture
def trainer(world):
    actor = an_actor(Role.TRAINER)
    a_published_drill(actor)
    return actor


@pytest.fixture
def person(trainer):
    return a_person(Role.AGENT)


def void(actor, run_id, reason="账号给别人用了"):
    with transaction():
        voiding.void(actor, run_id, reason)


def standing_of(person):
    return session().scalar(select(Standing).where(Standing.person_id == person.id))


def test_a_voided_run_counts_no_more_and_the_log_is_whole(trainer, person):
    run_id = played_well(as_actor(person))
    assert standing_of(person).best_earned
    void(trainer, run_id)
    lines = session().scalars(select(Record).where(Record.ref == run_id).order_by(Record.seq)).all()
    assert [line.verb for line in lines] == ["graded", "voided"]
    found = standing_of(person)
    assert found is None or found.best_earned is None
    assert log.verify().problems == ()


def test_nothing_of_a_voided_run_is_deleted_and_the_audit_names_who_did_it(trainer, person):
    run_id = played_well(as_actor(person))
    before = [len(session().scalars(select(model)).all()) for model in (RunEvent, RunScore)]
    void(trainer, run_id)
    assert [len(session().scalars(select(model)).all()) for model in (RunEvent, RunScore)] == before
    entry = session().scalars(select(AuditEntry).where(AuditEntry.verb == "run.voided")).one()
    assert (entry.actor_id, entry.object_id) == (trainer.id, run_id)


def test_a_run_that_was_found_otherwise_can_be_voided_with_its_correction(trainer, person):
    actor = as_actor(person)
    run_id = begun(actor)
    chose(actor, run_id, WARM)
    wrote(actor, run_id, BAD_REPLY)
    with transaction():
        seq = session().scalar(select(RunEvent.seq).where(RunEvent.kind == "text"))
        reviewing.overrule(trainer, run_id, seq, 2, held=False, reason="引用")
    void(trainer, run_id)
    found = standing_of(person)
    assert found is None or found.best_earned is None
    assert log.verify().problems == ()


def test_a_run_is_voided_once_with_a_reason_and_not_while_it_is_open(trainer, person):
    run_id = played_well(as_actor(person))
    with pytest.raises(Invalid):
        void(trainer, run_id, "  ")
    void(trainer, run_id)
    again = begun(as_actor(person))
    for each in (run_id, again):
        with pytest.raises(Conflict):
            void(trainer, each)


def test_nobody_voids_his_own_run_and_an_agent_none(trainer, person):
    mine = played_well(trainer)
    for actor, run_id in ((trainer, mine), (as_actor(a_person(Role.AGENT)), mine), (as_actor(person), mine)):
        with pytest.raises(NotFound):
            void(actor, run_id)


def test_after_voiding_no_finding_and_no_best_run_is_left_and_its_pages_open(world, trainer, person):
    actor = as_actor(person)
    run_id = played_well(actor)
    client = world.test_client()
    sign_in(client, session().get_one(type(person), trainer.id))
    csrf = token(client, f"/runs/{run_id}/review")
    assert "作废这场演练" in client.get(f"/runs/{run_id}/review").text
    answer = client.post(f"/runs/{run_id}/void", data={"csrf_token": csrf, "reason": "重复"}, follow_redirects=True)
    assert (answer.status_code, "已作废" in answer.text) == (200, True)
    with pytest.raises(Conflict), transaction():
        reviewing.overrule(trainer, run_id, 3, 0, held=False, reason="x")
    assert all(each.best is None for each in room(actor).others + room(actor).to_do)
    own = world.test_client()
    sign_in(own, person)
    assert "已作废" in own.get("/drills").text
    assert own.get(f"/runs/{run_id}/debrief", follow_redirects=True).status_code == 200
    assert session().scalar(select(Run.state).where(Run.public_id == run_id)) == "voided"
