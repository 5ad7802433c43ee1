"""Many markers at one answer at once, on real commits: one mark stands, the others are told, nothing is lost."""

import pytest
from sqlalchemy import func, select

from lms.core.access import Role
from lms.core.db import session, transaction
from lms.quizzes.actions import marking
from lms.quizzes.models import GradeChange
from lms.quizzes.rules.marking import MarkedMeanwhile, Turn
from lms.records import queries as log
from lms.records.models import Record
from tests.quizzes.test_quiz_races import all_at_once
from tests.support.make import a_person, as_actor
from tests.support.make_marking import a_written, a_written_quiz, sheet, sitting, written

pytestmark = pytest.mark.committed


def test_twelve_markers_at_once_leave_one_mark_and_eleven_know(fresh):
    with fresh.app_context():
        slug = a_written_quiz()
        attempt = written(as_actor(a_person()), slug)
        markers = [as_actor(a_person(Role.TRAINER)) for _ in range(12)]
        lines = [line.worth for line in sheet(markers[0], attempt).lines]
        session().rollback()

    def mark(number):
        given = {worth.line: worth.most if number % 2 else 0 for worth in lines}
        with transaction():
            return marking.save_mark(markers[number], attempt, 1, version=0, turn=Turn.FIRST, given=given)

    results = all_at_once(fresh, 12, mark)
    assert sum(isinstance(each, MarkedMeanwhile) for each in results) == 11
    with fresh.app_context():
        marks = select(func.count()).select_from(GradeChange).where(GradeChange.kind == "mark")
        assert session().scalar(marks) == 1
        assert session().scalar(select(func.count()).select_from(Record)) == 2
        assert log.verify().problems == ()


def test_the_last_two_answers_marked_at_once_give_the_result_of_both(fresh):
    with fresh.app_context():
        slug = a_written_quiz(a_written("一？"), a_written("二？"))
        attempt = written(as_actor(a_person()), slug, "抱歉", "抱歉")
        markers = [as_actor(a_person(Role.TRAINER)) for _ in range(2)]
        most = {line.worth.line: line.worth.most for line in sheet(markers[0], attempt).lines}
        session().rollback()

    def mark(number):
        with transaction():
            return marking.save_mark(markers[number], attempt, number + 1, version=0, turn=Turn.FIRST, given=most)

    results = all_at_once(fresh, 2, mark)
    assert not [each for each in results if isinstance(each, Exception)]
    with fresh.app_context():
        found = sitting(attempt)
        assert (found.earned, found.passed) == (found.possible, True)
        last = session().scalars(select(Record).order_by(Record.seq.desc())).first()
        assert (last.earned, last.passed) == (found.possible, True)
