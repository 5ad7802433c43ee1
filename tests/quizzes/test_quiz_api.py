"""The contract of the quizzes over HTTP, as docs/api.md promises it to other programs."""

from datetime import UTC, datetime, timedelta

import pytest
from openapi_spec_validator import validate

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.questions.spec import Kind
from lms.quizzes import actions
from lms.quizzes.spec import Use
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, answered_right, begun, handed_in, one_of_each, paper, right_value
from tests.support.pages import token

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
def person(client):
    made = a_person()
    sign_in(client, made)
    return made


@pytest.fixture
def api(client, person):
    """Call the API as the person's page does: `api("POST", path, json)` gives status and body."""
    csrf = token(client, f"/quizzes/{a_quiz()}")

    def call(method, path, body=None):
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers={"X-CSRFToken": csrf})
        return answer.status_code, answer.get_json()

    return call


def put(api, attempt, key, value, seq):
    return api("PUT", f"/attempts/{attempt}/answers/{key}", {"value": value, "seq": seq})


def test_a_start_is_201_and_the_open_attempt_200(api):
    slug = a_quiz(*one_of_each(), seconds=900)
    status, made = api("POST", f"/quizzes/{slug}/attempts")
    again = api("POST", f"/quizzes/{slug}/attempts")
    assert (status, again[0]) == (201, 200)
    assert again[1]["id"] == made["id"]
    assert made.keys() >= {"id", "revision", "deadline", "questions", "seconds_left", "answered", "total", "state"}
    assert made["quiz"] == f"quiz:{slug}"


def test_questions_carry_what_interfaces_promise(api):
    _, made = api("POST", f"/quizzes/{a_quiz(*one_of_each(written=True))}/attempts")
    assert [question["type"] for question in made["questions"]] == [kind.value for kind in Kind]
    first = made["questions"][0]
    assert first.keys() >= {"id", "type", "text_html", "options", "points", "answer"}
    assert (first["id"], first["points"], first["answer"]) == ("q1", 2.0, None)
    assert first["options"][0].keys() == {"id", "html"}


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_of_value_is_saved_and_read_back(api, person, kind):
    attempt = begun(as_actor(person), a_quiz(*one_of_each(written=True)))
    item = next(item for item in paper(as_actor(person), attempt).values() if item.question.kind is kind)
    status, saved = put(api, attempt, item.key, right_value(item), 1)
    assert (status, saved["saved_seq"], saved["answered"], saved["total"]) == (200, 1, 1, 8)
    assert saved["saved_at"].endswith("Z")
    found = api("GET", f"/attempts/{attempt}")[1]["questions"][item.position - 1]
    assert (found["answer"], found["seq"]) == (right_value(item), 1)


def test_a_lower_seq_changes_nothing_and_says_so(api, person):
    attempt = begun(as_actor(person), a_quiz())
    put(api, attempt, "q1", "o1", 5)
    status, late = put(api, attempt, "q1", "o2", 4)
    assert (status, late["changed"], late["saved_seq"], late["value"]) == (200, False, 5, "o1")


@pytest.mark.parametrize(
    "body",
    [
        {"value": "o1"},
        {"seq": 1},
        {"value": "o1", "seq": "1"},
        {"value": "o1", "seq": 0},
        {"value": "o1", "seq": 1.5},
        {"value": "o1", "seq": True},
        {"value": "o1", "seq": 2**60},
        {"value": "o1", "seq": 1, "earned": 100},
        {"value": "o9", "seq": 1},
        {"value": ["o1"], "seq": 1},
    ],
)
def test_a_body_of_another_form_is_422_with_the_field(api, person, body):
    attempt = begun(as_actor(person), a_quiz())
    status, answer = api("PUT", f"/attempts/{attempt}/answers/q1", body)
    assert status == 422
    assert answer["error"]["fields"]
    assert api("GET", f"/attempts/{attempt}")[1]["questions"][0]["answer"] is None


def test_handing_in_answers_with_the_score_and_the_same_when_sent_again(api, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    answered_right(as_actor(person), attempt, but=("q1",))
    first = api("POST", f"/attempts/{attempt}/submit")
    again = api("POST", f"/attempts/{attempt}/submit")
    assert first == again
    status, result = first
    assert (status, result["score"], result["passed"]) == (200, 85.71, True)
    assert [line["result"] for line in result["per_question"]] == ["wrong"] + ["right"] * 6
    assert api("GET", f"/attempts/{attempt}")[1]["result"] == result


def test_no_attempt_left_is_409_with_its_code(api, person):
    slug = a_quiz(attempts=1)
    handed_in(as_actor(person), begun(as_actor(person), slug))
    status, answer = api("POST", f"/quizzes/{slug}/attempts")
    assert (status, answer["error"]["code"]) == (409, "no_attempts_left")


def test_a_wait_is_409_with_the_time_from_which_one_may(api, person):
    slug = a_quiz(cooldown_seconds=3600)
    with clock.frozen(NOON):
        handed_in(as_actor(person), begun(as_actor(person), slug))
    with clock.frozen(NOON + timedelta(minutes=1)):
        status, answer = api("POST", f"/quizzes/{slug}/attempts")
    assert (status, answer["error"]["code"]) == (409, "cooling_down")
    assert answer["error"]["retry_at"] == "2026-11-23T05:00:00Z"


def test_an_answer_after_the_time_is_409_and_closes_the_attempt(api, person):
    with clock.frozen(NOON):
        attempt = begun(as_actor(person), a_quiz(seconds=60))
    with clock.frozen(NOON + timedelta(minutes=2)):
        status, answer = put(api, attempt, "q1", "o2", 1)
    assert (status, answer["error"]["code"]) == (409, "time_over")
    assert api("GET", f"/attempts/{attempt}")[1]["state"] == "expired"


def test_a_look_at_an_attempt_changes_nothing_even_when_its_time_is_up(api, person, statements):
    with clock.frozen(NOON):
        attempt = begun(as_actor(person), a_quiz(seconds=60))
    statements.clear()
    with clock.frozen(NOON + timedelta(minutes=2)):
        assert api("GET", f"/attempts/{attempt}")[1]["state"] == "open"
    assert not any(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement in statements)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PUT", "/answers/q1", {"value": "o1", "seq": 1}),
        ("PUT", "/flags/q1", {"flagged": True}),
        ("POST", "/submit", None),
    ],
)
def test_another_persons_attempt_is_as_if_it_were_not_there(api, method, path, body):
    theirs = begun(as_actor(a_person()), a_quiz())
    foreign = api(method, f"/attempts/{theirs}{path}", body)
    missing = api(method, f"/attempts/{'0' * 32}{path}", body)
    assert foreign[0] == 404
    assert foreign == missing


def test_even_a_trainer_saves_to_nobody_elses_attempt(client):
    trainer = a_person(Role.TRAINER)
    sign_in(client, trainer)
    csrf = token(client, f"/quizzes/{a_quiz()}")
    theirs = begun(as_actor(a_person()), a_quiz())
    answer = client.put(
        f"/api/v1/attempts/{theirs}/answers/q1", json={"value": "o1", "seq": 1}, headers={"X-CSRFToken": csrf}
    )
    assert answer.status_code == 404


def test_a_question_is_flagged(api, person):
    attempt = begun(as_actor(person), a_quiz())
    assert api("PUT", f"/attempts/{attempt}/flags/q1", {"flagged": True}) == (200, {"flagged": True})
    assert api("GET", f"/attempts/{attempt}")[1]["questions"][0]["flagged"] is True
    assert api("PUT", f"/attempts/{attempt}/flags/q1", {"flagged": "yes"})[0] == 422


def test_nothing_is_saved_without_the_pages_token(client, person):
    attempt = begun(as_actor(person), a_quiz())
    answer = client.put(f"/api/v1/attempts/{attempt}/answers/q1", json={"value": "o1", "seq": 1})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "csrf")


def test_nobody_signed_in_is_401(client):
    assert client.get(f"/api/v1/attempts/{'0' * 32}").status_code == 401


def test_a_voided_attempt_answers_without_a_result(api, person):
    trainer = as_actor(a_person(Role.TRAINER))
    attempt = begun(as_actor(person), a_quiz())
    with transaction():
        actions.void(trainer, attempt, "代考")
    found = api("GET", f"/attempts/{attempt}")[1]
    assert (found["state"], found["result"]) == ("voided", None)
    assert api("POST", f"/attempts/{attempt}/submit")[1]["error"]["code"] == "attempt_voided"


def test_an_exam_that_was_failed_tells_points_but_no_key(api, person):
    attempt = begun(as_actor(person), a_quiz(*one_of_each("机密"), use=Use.EXAM, attempts=2))
    _, result = api("POST", f"/attempts/{attempt}/submit")
    assert all("review" not in line and line["earned"] == 0 for line in result["per_question"])


def test_every_call_stands_in_the_description_with_its_refusals(client):
    described = client.get("/api/v1/openapi.json").get_json()
    validate(described)
    paths = described["paths"]
    saving = paths["/api/v1/attempts/{attempt_id}/answers/{question}"]["put"]
    assert saving["responses"].keys() >= {"200", "401", "404", "409", "422"}
    assert paths["/api/v1/quizzes/{slug}/attempts"]["post"]["responses"].keys() >= {"200", "201", "404", "409"}


def test_a_save_costs_at_most_five_statements_beside_the_actor(api, person, statements):
    attempt = begun(as_actor(person), a_quiz(*one_of_each()))
    put(api, attempt, "q1", "o1", 1)
    session().rollback()
    statements.clear()
    put(api, attempt, "q1", "o2", 2)
    assert len(statements) <= 5
