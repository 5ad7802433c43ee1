"""Surveys: asked once, answered once, without a trace of who said what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from lms.accounts.queries import actor_by_id
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.learning.actions import surveys
from lms.learning.jobs import feedback
from lms.learning.models import Survey, SurveyAnswer, SurveyAsked
from lms.learning.queries import surveys as reading
from lms.learning.rules.surveys import PULSE, read, stored
from lms.notifications.models import Notice
from lms.tables import metadata
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_content import a_document, a_trainer
from tests.support.make_learning import a_lesson
from tests.support.make_sessions import NOON, answered, completed, surveyed

COURSE = "---\n类型: 课程\n时长: 1小时\n---\n# 售后基础\n\n## 内容\n1. [课时](cups.md)\n"


@pytest.fixture(autouse=True)
def _still():
    with clock.frozen(NOON):
        yield


def a_course(slug="base"):
    trainer = a_trainer()
    a_lesson(trainer, "cups")
    return a_document(trainer, COURSE, kind="course", slug=slug)


def agents(count):
    team = a_team()
    return [a_person(Role.AGENT, team=team) for _ in range(count)]


def survey():
    return session().scalars(select(Survey).where(Survey.kind == "course", Survey.stopped_at.is_(None))).one()


# asking


def test_who_completes_a_course_is_asked_once_and_told_in_the_inbox_only(world):
    course = a_course()
    [person] = agents(1)
    completed(person, course)
    completed(person, course)
    assert session().query(SurveyAsked).count() == 1
    [notice] = session().query(Notice).filter_by(person_id=person.id).all()
    assert "花一分钟" in notice.sentence["id"]


def test_after_a_lesson_nobody_is_asked_unless_it_has_questions_of_its_own(world):
    trainer = a_trainer()
    lesson, other = a_lesson(trainer, "one"), a_lesson(trainer, "two")
    first, second = agents(2)
    completed(first, lesson)
    with transaction():
        surveys.make(trainer, document_id=other.id, title="这一课", questions=PULSE, anonymous=True)
    completed(second, other)
    assert [each.person_id for each in session().query(SurveyAsked)] == [second.id]


def test_an_answer_is_kept_once_and_settles_the_notice(world):
    course = a_course()
    [person] = agents(1)
    surveyed(person, course)
    answered(person, course, useful="1")
    assert [each.values["useful"] for each in session().query(SurveyAnswer)] == [4]
    assert session().query(Notice).filter_by(person_id=person.id).one().read_at is not None


def test_who_declined_is_not_asked_again_and_who_was_not_asked_may_not_answer(world):
    course = a_course()
    person, stranger = agents(2)
    completed(person, course)
    with transaction():
        surveys.decline(as_actor(person), survey().public_id, course.id)
    assert reading.open_ask_after(person.id, course.id) is None
    with pytest.raises(Conflict):
        answered(person, course)
    with pytest.raises(NotFound):
        answered(stranger, course)


def test_what_is_missing_is_said_and_a_month_later_it_is_over(world):
    course = a_course()
    [person] = agents(1)
    completed(person, course)
    with pytest.raises(Invalid):
        answered(person, course, useful="")
    with clock.shifted(timedelta(days=31)), pytest.raises(Conflict):
        answered(person, course)


def test_other_questions_after_an_answer_begin_another_survey_and_the_old_one_keeps_its_answers(world):
    course = a_course()
    first, second = agents(2)
    surveyed(first, course)
    trainer = a_trainer()
    old = survey().public_id
    with transaction():
        new = surveys.change(trainer, old, title="课程反馈", questions=PULSE, anonymous=False)
    assert (new.public_id != old, read(new.questions)) == (True, PULSE)
    assert session().query(SurveyAnswer).count() == 1
    completed(second, course)
    assert [each.survey_id for each in session().query(SurveyAsked).filter_by(person_id=second.id)] == [new.id]


def test_without_an_answer_it_is_the_same_survey_with_other_questions(world):
    course = a_course()
    completed(agents(1)[0], course)
    trainer, old = a_trainer(), survey().public_id
    with transaction():
        assert surveys.change(trainer, old, title="短一点", questions=PULSE[:1], anonymous=True).public_id == old


def test_a_stopped_survey_asks_nobody(world):
    course = a_course()
    first, second = agents(2)
    completed(first, course)
    trainer, name = a_trainer(), survey().public_id
    with transaction():
        surveys.stop(trainer, name)
    completed(second, course)
    assert session().query(SurveyAsked).filter_by(person_id=second.id).count() == 0


# results


def ratings(course):
    return reading.ratings([course.id])


def test_nothing_is_shown_of_four_answers_and_all_of_five(world):
    course = a_course()
    people = agents(5)
    for person in people[:4]:
        surveyed(person, course)
    assert (ratings(course), reading.released(a_trainer(), survey(), course.id)) == ({}, [])
    surveyed(people[4], course, useful="2")
    assert (ratings(course)[course.id].n, ratings(course)[course.id].mean) == (5, 3.6)


def test_the_sixth_answer_changes_nothing_that_is_shown_until_the_tenth(world):
    course = a_course()
    people = agents(10)
    for person in people[:5]:
        surveyed(person, course)
    for person in people[5:9]:
        surveyed(person, course, useful="1")
        assert (ratings(course)[course.id].n, ratings(course)[course.id].mean) == (5, 4.0)
    surveyed(people[9], course, useful="1")
    assert (ratings(course)[course.id].n, ratings(course)[course.id].mean) == (10, 2.5)


def test_a_lead_sees_named_answers_of_own_people_from_five_on(world):
    course, trainer = a_course(), a_trainer()
    with transaction():
        surveys.make(trainer, document_id=course.id, title="记名", questions=read(stored(PULSE)), anonymous=False)
    found = survey()
    root = a_team()
    big, small = a_team(parent=root), a_team(parent=root)
    for team, count in ((big, 6), (small, 4)):
        for person in [a_person(Role.AGENT, team=team) for _ in range(count)]:
            completed(person, course)
            given = {"mood": "3", "load": "3", "support": "3", "word": "还行"}
            with transaction():
                surveys.answer(as_actor(person), found.public_id, course.id, given)
    of_big = reading.released(an_actor(Role.LEAD, team=big), survey(), course.id)
    assert len(of_big) >= 5
    assert all(each.name for each in of_big)
    assert reading.released(an_actor(Role.LEAD, team=small), survey(), course.id) == []


# without a name


def tables():
    """Return every row of every table as text, by table."""
    return {
        table.name: [tuple(str(value) for value in row) for row in session().execute(select(table))]
        for table in metadata.sorted_tables
    }


def test_no_table_holds_an_anonymous_answer_together_with_its_author(world):
    """Every table is looked through: the words stand in one row, and that row names nobody and no moment."""
    course = a_course()
    people = agents(7)
    for number, person in enumerate(people):
        with clock.shifted(timedelta(minutes=number)):
            surveyed(person, course, better=f"秘密的话{number}", useful=str(1 + number % 5))
    holders = {
        name: [row for row in found if any("秘密的话" in value for value in row)] for name, found in tables().items()
    }
    assert {name for name, found in holders.items() if found} == {"survey_answer"}
    kept = session().query(SurveyAnswer).all()
    assert {(each.person_id, each.team_id, each.week.isoformat()) for each in kept} == {(None, None, "2026-11-23")}
    names = {column.name for column in SurveyAnswer.__table__.columns}
    assert names == {
        "id", "survey_id", "person_id", "team_id", "document_id", "revision_id", "week", "batch", "values",
    }  # fmt: skip
    asked = {column.name for column in SurveyAsked.__table__.columns}
    assert asked == {"survey_id", "person_id", "about_id", "asked_on", "answered", "declined"}


def test_the_audit_and_the_log_say_nothing_of_an_answer(world, caplog):
    course = a_course()
    [person] = agents(1)
    completed(person, course)
    before = {name: len(found) for name, found in tables().items()}
    with caplog.at_level("DEBUG", logger="lms"):
        answered(person, course, better="秘密的话")
    after = {name: len(found) for name, found in tables().items()}
    assert {name for name in after if after[name] != before[name]} == {"survey_answer"}
    assert "秘密的话" not in caplog.text


def test_the_order_of_rows_is_not_the_order_of_answers(world):
    """With each answer those that wait are written anew, under new numbers and shuffled."""
    course = a_course()
    people = agents(4)
    numbers = []
    for person in people:
        surveyed(person, course)
        numbers.append(set(session().scalars(select(SurveyAnswer.id))))
    assert all(not first & second for first, second in pairwise(numbers))


@pytest.mark.committed
def test_neither_hidden_row_numbers_nor_transactions_tie_answers_to_people(fresh):
    """What the databases keep beside the columns: SQLite's row number does not exist, PostgreSQL's xmin is all one."""
    with fresh.app_context(), clock.frozen(NOON):
        course = a_course()
        for person in agents(5):
            surveyed(person, course)
        if db.engine.dialect.name == "sqlite":
            with pytest.raises(Exception, match="rowid"):
                session().execute(text("SELECT rowid FROM survey_answer"))
        else:
            marks = session().execute(text("SELECT count(DISTINCT xmin::text) FROM survey_answer")).scalar()
            assert marks == 1


@pytest.mark.committed
def test_five_who_answer_at_once_are_one_batch(fresh):
    with fresh.app_context(), clock.frozen(NOON):
        course = a_course()
        people = agents(5)
        for person in people:
            completed(person, course)
        ids, name, about = [person.id for person in people], survey().public_id, course.id
        session().rollback()

    def answer(person_id):
        with fresh.app_context(), clock.frozen(NOON), transaction():
            surveys.answer(actor_by_id(person_id), name, about, {"useful": "4", "clear": "5", "length": "1"})

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(answer, ids))
    with fresh.app_context():
        assert [each.batch for each in session().query(SurveyAnswer)] == [1] * 5


# the pulse


def test_the_pulse_asks_the_floor_each_month_anew_and_nobody_twice(world):
    people = agents(2)
    hr = an_actor(Role.HR)
    with transaction():
        surveys.begin_pulse(hr, PULSE)
    feedback.ask_for_pulse()
    feedback.ask_for_pulse()
    assert {each.person_id for each in session().query(SurveyAsked)} == {person.id for person in people}
    with clock.shifted(timedelta(days=10)):
        feedback.ask_for_pulse()
    months = session().query(Survey).filter_by(kind="pulse").order_by(Survey.id).all()
    assert [month.stopped_at is None for month in months] == [False, True]
    assert session().query(SurveyAsked).count() == 4


def test_a_pulse_that_is_switched_off_asks_nobody_and_opens_no_month(world):
    agents(2)
    hr = an_actor(Role.HR)
    with transaction():
        name = surveys.begin_pulse(hr, PULSE).public_id
    with transaction():
        surveys.stop(hr, name)
    with clock.shifted(timedelta(days=30)):
        assert feedback.ask_for_pulse() == 0
    assert session().query(SurveyAsked).count() == 0


def test_the_pulse_is_shown_from_five_answers_on(world):
    people = agents(5)
    hr = an_actor(Role.HR)
    with transaction():
        name = surveys.begin_pulse(hr, PULSE).public_id
    feedback.ask_for_pulse()
    month = session().query(Survey).filter_by(kind="pulse").one().id
    for number, person in enumerate(people, start=1):
        with transaction():
            surveys.answer(as_actor(person), name, 0, {"mood": "4", "load": "2", "support": "5"})
        assert len(reading.released_of([month]).get(month, [])) == (5 if number == 5 else 0)
