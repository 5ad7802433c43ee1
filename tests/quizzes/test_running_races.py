"""Those who sit and those who run the quiz at the same moment, on real commits, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import DomainError
from lms.quizzes import actions
from lms.quizzes.actions import running
from lms.quizzes.actions.makeups import Terms, give_makeups
from lms.quizzes.actions.running import Whom
from lms.quizzes.actions.windows import Of, change_window
from lms.quizzes.models import Attempt, Makeup
from lms.quizzes.queries.exams import exam
from lms.quizzes.rules.attempts import NoAttemptsLeft, Paused
from lms.quizzes.rules.windows import Window
from lms.records.models import Record
from tests.quizzes.test_quiz_races import all_at_once
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_quizzes import a_quiz, begun, document_id, handed_in, one_of_each, paper, right_value

pytestmark = pytest.mark.committed


def the_house(count, **rules):
    """Return a trainer and so many people of one company, and a quiz."""
    root = a_team()
    trainer = as_actor(a_person(Role.TRAINER, team=root))
    people = [as_actor(a_person(team=root)) for _ in range(count)]
    slug = a_quiz(*one_of_each(), **rules)
    found = document_id(slug)
    session().rollback()
    return trainer, people, slug, found


def test_twenty_at_once_sit_a_quiz_of_one_attempt_once(fresh):
    """The limit holds however many come, and everybody who was first finds the one open attempt."""
    with fresh.app_context():
        _, [actor], slug, _ = the_house(1, attempts=1)

    def sit(_):
        with transaction():
            attempt = actions.start(actor, slug).public_id
        with transaction():
            return actions.submit(actor, attempt)

    results = all_at_once(fresh, 20, sit)
    assert all(isinstance(each, bool | NoAttemptsLeft) for each in results)
    assert sum(each is True for each in results) == 1
    with fresh.app_context():
        assert session().scalar(select(func.count()).select_from(Attempt)) == 1
        assert session().scalar(select(func.count()).select_from(Record)) == 1


def test_nobody_begins_under_a_window_that_is_changed_at_the_same_moment(fresh):
    with fresh.app_context():
        trainer, people, slug, found = the_house(12, seconds=600)

    def act(number):
        with transaction():
            if number == 12:
                change_window(trainer, found, Of(), Window(seconds=3600))
            else:
                actions.start(people[number], slug)

    results = all_at_once(fresh, 13, act)
    assert [each for each in results if isinstance(each, Exception)] == []
    with fresh.app_context():
        spans = {each.deadline_at - each.started_at for each in session().scalars(select(Attempt))}
        assert spans == {timedelta(hours=1)}


def test_what_is_acknowledged_while_everybody_is_paused_is_stored_and_nothing_else(fresh):
    with fresh.app_context():
        trainer, [actor], slug, found = the_house(1, seconds=600)
        attempt = begun(actor, slug)
        items = list(paper(actor, attempt).values())
        session().rollback()

    def act(number):
        with transaction():
            if number == 7:
                return running.pause(trainer, Whom(document_id=found))
            return actions.save_answer(actor, attempt, items[number].key, right_value(items[number]), 1)

    results = all_at_once(fresh, 8, act)
    saved = {items[n].key for n in range(7) if not isinstance(results[n], Exception)}
    assert all(isinstance(results[n], Paused) for n in range(7) if items[n].key not in saved)
    with fresh.app_context():
        assert {key for key, item in paper(actor, attempt).items() if item.answer is not None} == saved


def test_a_paper_that_is_collected_and_handed_in_at_once_has_one_result(fresh):
    with fresh.app_context():
        trainer, people, slug, found = the_house(6, seconds=600)
        attempts = [begun(actor, slug) for actor in people]
        session().rollback()

    def act(number):
        if number >= 6:
            wanted = [(name, actor.id) for name, actor in zip(attempts, people, strict=True)]
            with transaction():
                return running.collect(trainer, found, wanted)
        with transaction():
            return actions.submit(people[number], attempts[number])

    results = all_at_once(fresh, 9, act)
    assert [each for each in results if isinstance(each, Exception)] == []
    assert sum(int(each) for each in results) == 6
    with fresh.app_context():
        assert session().scalar(select(func.count()).select_from(Record)) == 6


def test_pausing_and_going_on_at_once_loses_no_second(fresh):
    with fresh.app_context():
        trainer, people, slug, found = the_house(4, seconds=600)
        before = clock.now()
        for actor in people:
            begun(actor, slug)
        session().rollback()

    def act(number):
        with transaction():
            return (running.pause if number % 2 else running.go_on)(trainer, Whom(document_id=found))

    assert [each for each in all_at_once(fresh, 10, act) if isinstance(each, Exception)] == []
    with fresh.app_context(), transaction():
        running.go_on(trainer, Whom(document_id=found))
    with fresh.app_context():
        for each in session().scalars(select(Attempt)):
            paused = timedelta(seconds=each.limits.get("paused_seconds", 0))
            assert each.deadline_at - each.started_at == timedelta(seconds=600) + paused
            assert each.started_at >= before


def test_a_makeup_given_by_ten_at_once_is_one(fresh):
    with fresh.app_context():
        trainer, [actor], slug, _ = the_house(1, attempts=1)
        handed_in(actor, begun(actor, slug))
        session().rollback()

    def give(_):
        with transaction():
            return give_makeups(trainer, exam(trainer, slug), [actor.id], Terms(reason="断电"))

    results = all_at_once(fresh, 10, give)
    assert not any(isinstance(each, Exception) and not isinstance(each, DomainError) for each in results)
    with fresh.app_context():
        assert session().scalar(select(func.count()).select_from(Makeup)) == 1
