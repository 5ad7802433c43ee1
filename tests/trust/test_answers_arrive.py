"""Answers that come over a bad network arrive all, once and in the end right: trust.md rows 3, 4, 7 and 8."""

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.accounts.actions import make_token
from lms.core.db import session, transaction
from lms.core.errors import DomainError
from lms.quizzes import actions, queries
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.rules.presence import Told
from lms.quizzes.spec import Use
from tests.support.make import a_person, an_actor, as_actor
from tests.support.make_quizzes import a_quiz, a_single, begun, one_of_each, paper

USERS, QUESTIONS, LOSS = 50, 40, 0.05
ROUNDS = 5 if "SOAK" in os.environ else 1
OPTIONS = ("o1", "o2", "o3")


@pytest.mark.committed
def test_trust_row_4_what_was_answered_with_200_is_stored_and_shown_for_fifty_people(empty_sqlite_app):
    """5 % of the requests never arrive, 5 % of the responses get lost; a client sends again until it has heard."""
    for turn in range(ROUNDS):
        chance = random.Random(turn)
        learners = learners_of(empty_sqlite_app, turn)
        acknowledged = {attempt: {} for attempt, _ in learners}
        waiting = [(attempt, headers, n) for attempt, headers in learners for n in range(1, QUESTIONS + 1)]
        chance.shuffle(waiting)
        client, sends = empty_sqlite_app.test_client(), 0
        while waiting:
            attempt, headers, n = waiting.pop()
            sends += 1
            if chance.random() < LOSS:
                waiting.insert(chance.randrange(len(waiting) + 1), (attempt, headers, n))
                continue
            value = OPTIONS[(n + len(attempt) + turn) % 3]
            path = f"/api/v1/attempts/{attempt}/answers/q{n}"
            answer = client.put(path, json={"value": value, "seq": 1}, headers=headers)
            assert answer.status_code == 200
            if chance.random() < LOSS:
                waiting.insert(chance.randrange(len(waiting) + 1), (attempt, headers, n))
            else:
                acknowledged[attempt][f"q{n}"] = answer.get_json()["value"]
        assert sends > USERS * QUESTIONS * (1 + LOSS)
        for attempt, headers in learners:
            assert client.post(f"/api/v1/attempts/{attempt}/submit", headers=headers).status_code == 200
            shown = client.get(f"/api/v1/attempts/{attempt}", headers=headers).get_json()
            assert {each["id"]: each["answer"] for each in shown["questions"]} == acknowledged[attempt]
            assert len(shown["result"]["per_question"]) == QUESTIONS
        with empty_sqlite_app.app_context():
            assert session().scalar(select(func.count()).select_from(AttemptItem)) == USERS * QUESTIONS * (turn + 1)


def learners_of(app, turn):
    """Return the attempt and the header of each person."""
    with app.app_context():
        slug = a_quiz(*(a_single(f"第 {turn}-{n} 问？") for n in range(QUESTIONS)), slug=f"lossy/{turn}")
        found = []
        for _ in range(USERS):
            actor = as_actor(a_person())
            with transaction():
                token = make_token(actor, label="test")
            found.append((begun(actor, slug), {"Authorization": f"Bearer {token}"}))
        session().rollback()
    return found


def test_trust_row_3_every_call_of_an_attempt_may_be_sent_again(world):
    """One attempt, one row for each question, one result; the second answer says the same as the first."""
    person = a_person()
    actor, slug = as_actor(person), a_quiz(*one_of_each())
    with transaction():
        headers = {"Authorization": f"Bearer {make_token(actor, label='test')}"}
    client = world.test_client()

    def twice(method, path, body=None):
        first, again = (client.open(f"/api/v1{path}", method=method, json=body, headers=headers) for _ in range(2))
        assert first.status_code // 100 == again.status_code // 100 == 2
        return first.get_json(), again.get_json()

    first, again = twice("POST", f"/quizzes/{slug}/attempts")
    assert first == again
    attempt = f"/attempts/{first['id']}"
    first, again = twice("PUT", f"{attempt}/answers/q1", {"value": "o2", "seq": 1})
    assert {**first, "changed": None, "seconds_left": None} == {**again, "changed": None, "seconds_left": None}
    twice("PUT", f"{attempt}/flags/q1", {"flagged": True})
    twice("PUT", f"{attempt}/presence", {"tab": "0" * 16, "take": True, "seconds": {"q1": 3}})
    first, again = twice("POST", f"{attempt}/submit")
    assert first == again
    assert session().scalar(select(func.count()).select_from(Attempt)) == 1
    assert session().scalar(select(func.count()).select_from(AttemptItem)) == 7


def test_trust_row_7_a_thousand_shuffled_and_doubled_logs_end_in_the_same_state(world):
    """However a queue is replayed, each question ends with the answer of its highest number, and says so."""
    actor = an_actor()
    attempt = begun(actor, a_quiz(*(a_single(f"第 {n} 问？") for n in range(3))))
    chance, seq = random.Random(7), 0
    with transaction() as s:
        logs = 1_000 if s.get_bind().dialect.name == "sqlite" else 150
        for _ in range(logs):
            events = []
            for _ in range(4):
                seq += 1
                events.append((chance.choice(("q1", "q2", "q3")), chance.choice((*OPTIONS, None)), seq))
            replayed = events + chance.sample(events, 2)
            chance.shuffle(replayed)
            told = {key: actions.save_answer(actor, attempt, key, value, number) for key, value, number in replayed}
            expected = {key: (value, number) for key, value, number in events}
            assert {key: (last.value, last.seq) for key, last in told.items()} == expected
    stored = {key: (item.shown, item.seq) for key, item in paper(actor, attempt).items()}
    assert {key: stored[key] for key in expected} == expected


KEYS = st.sampled_from([*(f"q{n}" for n in range(9)), "", "q1 ", "Q1"])
TABS = st.sampled_from(["a" * 16, "b" * 16, None])
EVENTS = st.one_of(
    st.tuples(st.just("start")),
    st.tuples(st.just("save"), KEYS, st.sampled_from([*OPTIONS, None, "o9"]), st.integers(1, 9), TABS),
    st.tuples(st.just("page"), KEYS, st.sampled_from(OPTIONS)),
    st.tuples(st.just("check"), KEYS),
    st.tuples(st.just("flag"), KEYS),
    st.tuples(st.just("tell"), st.sampled_from(["a" * 16, "b" * 16]), st.booleans(), KEYS),
    st.tuples(st.just("submit")),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(EVENTS, max_size=25))
def test_trust_row_8_no_order_of_events_makes_more_answers_than_questions(world, events):
    actor = an_actor()
    slug = a_quiz(*one_of_each(), use=Use.PRACTICE)
    attempt = begun(actor, slug)
    for event in events:
        try:
            with transaction():
                happen(actor, slug, attempt, event)
        except DomainError:
            pass
    counts = session().execute(
        select(func.count(), func.count(func.distinct(AttemptItem.key)), func.max(Attempt.total))
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.person_id == actor.id)
        .group_by(AttemptItem.attempt_id)
    )
    assert all(each == (7, 7, 7) for each in (tuple(row) for row in counts))
    sitting = queries.own_sitting(actor, attempt)
    assert sum(item.answered for item in queries.items_of(sitting)) <= sitting.total


def happen(actor, slug, attempt, event):
    match event:
        case ("start",):
            actions.start(actor, slug)
        case ("save", key, value, seq, tab):
            actions.save_answer(actor, attempt, key, value, seq, tab=tab)
        case ("page", key, value):
            actions.save_page(actor, attempt, {key: value})
        case ("check", key):
            actions.check_answer(actor, attempt, key)
        case ("flag", key):
            actions.flag(actor, attempt, key, True)
        case ("tell", tab, take, key):
            actions.tell(actor, attempt, Told(tab=tab, take=take), {key: 5})
        case ("submit",):
            actions.submit(actor, attempt)
