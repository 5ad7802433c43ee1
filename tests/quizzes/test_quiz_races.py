"""Many at once, on real commits: one attempt, one result, no acknowledged answer behind the marking."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.core import clock
from lms.core.db import session, transaction
from lms.core.errors import DomainError
from lms.quizzes import actions, jobs, queries
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.rules.attempts import AttemptClosed
from lms.records import queries as log
from lms.records.models import Record
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import a_quiz, answered_right, begun, one_of_each, paper, right_value

pytestmark = pytest.mark.committed


def all_at_once(app, count, act: Callable[[int], object]):
    """Run `act` in so many threads that leave the line together; return what each gave or raised."""
    line, results = threading.Barrier(count), [None] * count

    def run(number):
        with app.app_context():
            line.wait()
            try:
                results[number] = act(number)
            except Exception as error:
                results[number] = error
            finally:
                session().close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_fifty_starts_at_once_give_one_attempt(fresh):
    with fresh.app_context():
        actor, slug = as_actor(a_person()), a_quiz(*one_of_each(), attempts=1)
        session().rollback()

    def start(_):
        with transaction():
            return actions.start(actor, slug)

    started = all_at_once(fresh, 50, start)
    assert {each.public_id for each in started} == {started[0].public_id}
    assert sum(each.created for each in started) == 1
    with fresh.app_context():
        assert session().scalar(select(func.count()).select_from(Attempt)) == 1
        assert session().scalar(select(func.count()).select_from(AttemptItem)) == 7


def test_twenty_submits_at_once_give_one_result_and_one_record(fresh):
    with fresh.app_context():
        actor = as_actor(a_person())
        attempt = begun(actor, a_quiz(*one_of_each()))
        answered_right(actor, attempt)
        session().rollback()

    def submit(_):
        with transaction():
            closed = actions.submit(actor, attempt)
        return closed, queries.own_sitting(actor, attempt).earned

    results = all_at_once(fresh, 20, submit)
    assert sum(closed for closed, _ in results) == 1
    assert len({earned for _, earned in results}) == 1
    with fresh.app_context():
        assert session().scalar(select(func.count()).select_from(Record)) == 1
        assert log.verify().problems == ()


def test_no_acknowledged_answer_slips_in_behind_the_marking(fresh):
    """Ten saves race one submit: whatever was acknowledged was marked, whatever was refused is not stored."""
    with fresh.app_context():
        actor = as_actor(a_person())
        slug = a_quiz(*one_of_each(), attempts=None)
        session().rollback()
    for _ in range(5):
        with fresh.app_context():
            attempt = begun(actor, slug)
            items = list(paper(actor, attempt).values())
            session().rollback()

        def act(number, attempt=attempt, items=items):
            with transaction():
                if number == 7:
                    return actions.submit(actor, attempt)
                return actions.save_answer(actor, attempt, items[number].key, right_value(items[number]), 1)

        results = all_at_once(fresh, 8, act)
        saved = {items[n].key for n in range(7) if not isinstance(results[n], Exception)}
        assert all(isinstance(results[n], AttemptClosed) for n in range(7) if items[n].key not in saved)
        with fresh.app_context():
            after = paper(actor, attempt)
            assert {key for key, item in after.items() if item.answer is not None} == saved
            assert {key for key, item in after.items() if item.earned} == saved


def test_two_devices_saving_the_same_question_end_with_the_higher_number(fresh):
    with fresh.app_context():
        actor = as_actor(a_person())
        attempt = begun(actor, a_quiz())
        session().rollback()

    def save(number):
        with transaction():
            return actions.save_answer(actor, attempt, "q1", f"o{number % 3 + 1}", number + 1)

    results = all_at_once(fresh, 20, save)
    assert not any(isinstance(each, Exception) for each in results)
    assert max(each.seq for each in results) == 20
    with fresh.app_context():
        item = paper(actor, attempt)["q1"]
        assert (item.seq, item.answer) == (20, "o2")


def test_the_deadline_and_the_person_close_an_attempt_once(fresh):
    long_ago = clock.now() - timedelta(hours=1)
    with fresh.app_context():
        slug = a_quiz(*one_of_each(), seconds=60)
        actors = [as_actor(a_person()) for _ in range(6)]
        with clock.frozen(long_ago):
            attempts = [begun(actor, slug) for actor in actors]
        session().rollback()

    def act(number):
        if number % 3 == 0:
            return jobs.close_expired()
        with transaction():
            return actions.submit(actors[number % 6], attempts[number % 6])

    results = all_at_once(fresh, 18, act)
    assert [each for each in results if isinstance(each, Exception)] == []
    with fresh.app_context():
        jobs.close_expired()
        assert session().scalar(select(func.count()).select_from(Record)) == 6
        assert set(session().scalars(select(Attempt.ended_by))) == {"deadline"}
        assert log.verify().problems == ()


def test_starts_beyond_the_last_attempt_are_refused_however_many_come(fresh):
    with fresh.app_context():
        actor, slug = as_actor(a_person()), a_quiz(attempts=2)
        session().rollback()

    def sit(_):
        with transaction():
            attempt = actions.start(actor, slug).public_id
        with transaction():
            actions.submit(actor, attempt)

    results = all_at_once(fresh, 20, sit)
    assert all(each is None or (isinstance(each, DomainError) and each.status == 409) for each in results)
    with fresh.app_context():
        assert session().scalar(select(func.count()).select_from(Attempt)) == 2
