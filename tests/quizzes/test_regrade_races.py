"""Marking again against everything else that writes results, on real commits."""

import contextlib
from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import DomainError
from lms.quizzes import actions, jobs
from lms.quizzes.actions import marking, regrade
from lms.quizzes.models import Regrade, RegradeLine
from lms.quizzes.rules.marking import Turn
from lms.records import queries as log
from lms.records.models import Record
from tests.quizzes.test_quiz_races import all_at_once
from tests.support.make import a_person, as_actor
from tests.support.make_quizzes import a_quiz, a_single, one_of_each
from tests.support.make_regrades import answered, begun_regrade, result, summed

pytestmark = pytest.mark.committed

ASKED = a_single("几天内可以退？", right="o3", options=("3 天", "7 天", "15 天"))
RIGHT = replace(ASKED, shape=replace(ASKED.shape, right="o2"))
OTHER = a_single("运费谁付？", options=("商家", "顾客"), right="o1")
POINT = 2 * 27_720


def carried(number):
    for _last in jobs.portions(number):
        pass


def test_whoever_hands_in_while_the_key_is_corrected_is_marked_by_the_corrected_key(fresh):
    with fresh.app_context():
        trainer = as_actor(a_person(Role.TRAINER))
        slug = a_quiz(ASKED, OTHER, pass_mark=Fraction(60, 100))
        people = [answered(slug, "o2", "o1", submit=False) for _ in range(7)]
        session().rollback()

    def act(place):
        if place == 7:
            carried(regrade.number_of(begun_regrade(trainer, slug, ASKED, RIGHT)))
            return
        actor, attempt = people[place]
        with transaction():
            actions.submit(actor, attempt)

    assert all_at_once(fresh, 8, act) == [None] * 8
    with fresh.app_context():
        for _, attempt in people:
            assert result(attempt) == (2 * POINT, 2 * POINT, True)
            assert summed(attempt) == result(attempt)[:2]
        assert log.verify().problems == ()


def test_two_who_correct_the_same_question_at_once_leave_one_regrade_for_the_other_to_see(fresh):
    with fresh.app_context():
        trainer = as_actor(a_person(Role.TRAINER))
        slug = a_quiz(ASKED, OTHER, pass_mark=Fraction(60, 100))
        _, attempt = answered(slug, "o2", "o1")
        session().rollback()

    def act(place):
        by = RIGHT if place % 2 else replace(ASKED, given_to_all=True)
        return begun_regrade(trainer, slug, ASKED, by)

    made = all_at_once(fresh, 6, act)
    assert sum(isinstance(each, str) for each in made) == 1
    assert all(isinstance(each, str | DomainError) for each in made)
    with fresh.app_context():
        carried(session().scalars(select(Regrade.id)).one())
        assert result(attempt) == (2 * POINT, 2 * POINT, True)


def test_four_workers_on_one_regrade_mark_every_attempt_once(fresh, monkeypatch):
    monkeypatch.setattr(regrade, "AT_ONCE", 3)
    with fresh.app_context():
        trainer = as_actor(a_person(Role.TRAINER))
        slug = a_quiz(ASKED, OTHER, pass_mark=Fraction(60, 100))
        people = [answered(slug, "o2", "o1") for _ in range(12)]
        number = regrade.number_of(begun_regrade(trainer, slug, ASKED, RIGHT))
        session().rollback()
    assert all_at_once(fresh, 4, lambda _: carried(number)) == [None] * 4
    with fresh.app_context():
        assert session().scalar(select(func.count()).select_from(RegradeLine)) == 12
        assert session().scalar(select(func.count()).select_from(Record)) == 24
        assert all(result(attempt)[2] for _, attempt in people)
        assert log.verify().problems == ()


def test_two_questions_of_one_paper_corrected_at_once_both_count(fresh):
    with fresh.app_context():
        trainer = as_actor(a_person(Role.TRAINER))
        slug = a_quiz(ASKED, OTHER, pass_mark=Fraction(60, 100))
        people = [answered(slug, "o2", "o2") for _ in range(5)]
        session().rollback()
    corrections = [(ASKED, RIGHT), (OTHER, replace(OTHER, shape=replace(OTHER.shape, right="o2")))]

    def act(place):
        question, by = corrections[place]
        carried(regrade.number_of(begun_regrade(trainer, slug, question, by)))

    assert all_at_once(fresh, 2, act) == [None] * 2
    with fresh.app_context():
        for _, attempt in people:
            assert result(attempt) == (2 * POINT, 2 * POINT, True)
            assert summed(attempt) == result(attempt)[:2]
        assert log.verify().problems == ()


def test_a_marker_and_a_regrade_at_once_lose_neither_the_marks_nor_the_corrected_key(fresh):
    *_, written = one_of_each(written=True)
    with fresh.app_context():
        trainer = as_actor(a_person(Role.TRAINER))
        slug = a_quiz(ASKED, written, pass_mark=Fraction(60, 100))
        people = [answered(slug, "o2", "很抱歉，理解您的心情。") for _ in range(4)]
        session().rollback()

    def act(place):
        if place == 4:
            carried(regrade.number_of(begun_regrade(trainer, slug, ASKED, RIGHT)))
            return
        with transaction():
            marking.save_mark(trainer, people[place][1], 2, version=0, turn=Turn.FIRST, given={0: POINT})

    assert all_at_once(fresh, 5, act) == [None] * 5
    with fresh.app_context():
        for _, attempt in people:
            assert result(attempt) == (2 * POINT, 2 * POINT, True)
            assert summed(attempt) == result(attempt)[:2]
        assert log.verify().problems == ()


def test_a_crash_in_the_middle_is_taken_up_by_the_worker(fresh, monkeypatch):
    monkeypatch.setattr(regrade, "AT_ONCE", 2)
    with fresh.app_context():
        trainer = as_actor(a_person(Role.TRAINER))
        slug = a_quiz(ASKED, OTHER, pass_mark=Fraction(60, 100))
        people = [answered(slug, "o2", "o1") for _ in range(6)]
        number = regrade.number_of(begun_regrade(trainer, slug, ASKED, RIGHT))
        stopped = jobs.portions(number)
        next(stopped)
        stopped.close()
        with contextlib.suppress(ZeroDivisionError), transaction():
            regrade.portion(number)
            raise ZeroDivisionError
        assert [result(attempt)[2] for _, attempt in people] == [True, True, False, False, False, False]
        assert jobs.regrade_waiting() == 1
        assert all(result(attempt)[2] for _, attempt in people)
        assert session().scalar(select(func.count()).select_from(Record)) == 12
