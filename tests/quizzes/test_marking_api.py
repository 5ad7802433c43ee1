"""Marking by another program: the same list, the same sheet, the same refusal where somebody else was quicker."""

import pytest

from lms.accounts.actions import make_token
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.points import from_fraction
from lms.notifications.models import Notice
from tests.quizzes.test_marking import item
from tests.support.make import a_person, as_actor
from tests.support.make_marking import GOOD, a_written_quiz, marked, planned, written


@pytest.fixture
def call(client, world):
    trainer = a_person(Role.TRAINER, name="苏岩")
    with transaction():
        bearer = make_token(as_actor(trainer), label="脚本")

    def call(method, path, status=200, **body):
        answer = client.open(
            f"/api/v1{path}", method=method, json=body or None, headers={"Authorization": f"Bearer {bearer}"}
        )
        assert answer.status_code == status, answer.text
        return answer.get_json()

    call.trainer = as_actor(trainer)
    return call


LINES = [{"line": line, "points": points} for line, points in enumerate((3, 2, 1.5, 0))]


def test_what_waits_is_read_and_marked(call):
    learner, slug = a_person(name="林小满"), a_written_quiz()
    attempt = written(as_actor(learner), slug, GOOD)
    (task,) = call("GET", f"/marking/waiting?quiz={slug}")["items"]
    assert (task["attempt"], task["position"], task["turn"], task["person"]) == (attempt, 1, "first", "林小满")
    answer = call("GET", f"/marking/{attempt}/1")
    assert [line["suggested"] for line in answer["lines"]] == [3, 2, 0, 0]
    assert [line["given"] for line in answer["lines"]] == [3, 2, None, 0]
    assert (answer["earned"], answer["possible"], answer["version"]) == (None, 7, 0)
    assert "".join(piece["text"] for piece in answer["pieces"]) == GOOD
    saved = call("PUT", f"/marking/{attempt}/1", version=0, turn="first", lines=LINES, note="好")
    assert saved == {"turn": "first", "earned": 6.5, "version": 1, "asks_again": False}
    assert call("GET", "/marking/waiting")["items"] == []
    assert item(attempt).earned == from_fraction("6.5")


def test_the_person_is_told_once_with_the_last_mark(call):
    learner, slug = a_person(), a_written_quiz(title="催发货怎么回")
    attempt = written(as_actor(learner), slug, GOOD)
    call("PUT", f"/marking/{attempt}/1", version=0, turn="first", lines=LINES)
    (notice,) = session().query(Notice).filter_by(person_id=learner.id)
    assert "批完了" in notice.sentence["id"]
    assert notice.sentence["values"]["title"] == "催发货怎么回"


def test_who_was_overtaken_gets_409_with_what_is_stored(call):
    attempt = written(as_actor(a_person()), a_written_quiz(), GOOD)
    marked(as_actor(a_person(Role.TRAINER, name="严立")), attempt, 1, 0, 0, 0, note="语气差")
    error = call("PUT", f"/marking/{attempt}/1", 409, version=0, turn="first", lines=LINES)["error"]
    assert (error["code"], error["version"], error["earned"], error["by"]) == ("marked_meanwhile", 1, "1", "严立")
    assert error["note"] == "语气差"
    assert error["lines"][0] == {"line": 0, "points": "1"}
    assert item(attempt).earned == from_fraction(1)


def test_a_line_out_of_its_bounds_is_named(call):
    attempt = written(as_actor(a_person()), a_written_quiz(), GOOD)
    lines = [{"line": 0, "points": 9}, {"line": 1, "points": 2}]
    fields = call("PUT", f"/marking/{attempt}/1", 422, version=0, turn="first", lines=lines)["error"]["fields"]
    assert set(fields) == {"points-0", "points-2", "points-3"}


def test_a_blind_quiz_gives_an_alias_and_nobody_s_name(call):
    learner, slug = a_person(name="林小满"), a_written_quiz()
    attempt = written(as_actor(learner), slug, GOOD)
    assert call("PUT", f"/marking-plans/{slug}", blind=True, second_percent=10) == {
        "blind": True,
        "second_percent": 10,
    }
    (task,) = call("GET", "/marking/waiting")["items"]
    assert (task["person"], task["submitted_at"]) == (None, None)
    answer = call("GET", f"/marking/{task['attempt']}/1")
    assert attempt not in str(answer)
    assert "林小满" not in str(answer)
    call("GET", f"/marking/{attempt}/1", 404)


def test_a_second_marker_reads_nothing_of_the_first_mark(call):
    slug, other = a_written_quiz(), as_actor(a_person(Role.TRAINER))
    planned(other, slug, second_percent=100)
    attempt = written(as_actor(a_person()), slug, GOOD)
    marked(other, attempt, 1, 1, 1, 0, note="语气差")
    answer = call("GET", f"/marking/{attempt}/1")
    assert (answer["turn"], answer["earned"], answer["history"]) == ("second", None, [])
    assert "语气差" not in str(answer)
