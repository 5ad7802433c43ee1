"""作废 over the API: an attempt counts for nothing any more, and the log says who and why."""

import pytest

from lms.core.access import Role
from lms.core.db import session
from lms.quizzes.models import Attempt
from lms.records.models import Record
from tests.support.asked_api import Program
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import a_quiz, begun, handed_in, one_of_each


@pytest.fixture
def attempt(world):
    slug = a_quiz(*one_of_each(), seconds=1800)
    agent = as_actor(a_person())
    attempt = begun(agent, slug)
    handed_in(agent, attempt)
    return attempt


def state_of(attempt):
    return session().query(Attempt.state).filter_by(public_id=attempt).scalar()


def test_a_trainer_voids_it_once_and_everything_of_it_stays(attempt, client):
    trainer = Program(client, a_person(Role.TRAINER))
    path = f"/attempts/{attempt}/void"
    assert trainer("POST", path, {"reason": "代考"}).status_code == 204
    assert state_of(attempt) == "voided"
    lines = session().query(Record).filter_by(ref=attempt).order_by(Record.seq).all()
    assert [line.verb for line in lines] == ["graded", "voided"]
    again = trainer("POST", path, {"reason": "代考"})
    assert (again.status_code, state_of(attempt)) == (409, "voided")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": 7}, {"reason": "x" * 201}])
def test_without_a_reason_nothing_is_voided(attempt, client, body):
    trainer = Program(client, a_person(Role.TRAINER))
    assert trainer("POST", f"/attempts/{attempt}/void", body).status_code == 422
    assert state_of(attempt) == "submitted"


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.QUALITY, Role.HR, Role.ADMIN])
def test_who_may_not_void_is_refused(attempt, client, role):
    assert Program(client, a_person(role))("POST", f"/attempts/{attempt}/void", {"reason": "x"}).status_code == 403
    assert state_of(attempt) == "submitted"


def test_what_is_not_there_is_404(world, client):
    trainer = Program(client, a_person(Role.TRAINER))
    assert trainer("POST", f"/attempts/{'0' * 32}/void", {"reason": "x"}).status_code == 404
