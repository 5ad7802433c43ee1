"""Two at once: whatever two people or two browsers do in the same moment comes out as if one had gone first."""

import io
import re
import threading
from functools import partial

import pytest
from sqlalchemy import func, select

from lms.content import actions as content
from lms.content.attachments import actions as attachments
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict
from lms.core.models import Installation
from lms.core.sheets import xlsx_bytes
from lms.learning.actions import confirm, reading, tasks
from lms.learning.models import TaskWork
from lms.quizzes import actions as quizzes
from lms.quizzes.models import Attempt, AttemptItem
from lms.records import queries as log
from lms.records.events import Verb
from lms.records.models import Record
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_lesson_text, a_quiz_text, a_trainer, edited
from tests.support.make_files import a_picture
from tests.support.make_learning import a_task, owes
from tests.support.make_quizzes import answered_right, begun, paper, right_value
from tests.support.pages import send, token

pytestmark = pytest.mark.committed

COURSE = "---\n类型: 课程\n时长: 1小时\n---\n# 售后基础\n\n## 内容\n1. [课时](one.md)\n2. [{name}]({path})\n"


def rounds(app, on_sqlite, on_postgresql):
    return on_sqlite if db.engine.dialect.name == "sqlite" else on_postgresql


def at_once(app, *works):
    """Run these at the same moment, each in a thread with a context of its own; return what each gave or raised."""
    barrier, found = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work):
        with app.app_context():
            barrier.wait(20)
            try:
                found[index] = work()
            except Exception as error:
                found[index] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    session().rollback()
    return found


def lines(person_id, verb, document_id):
    """Return how many lines the log holds."""
    found = select(Record.seq).where(
        Record.person_id == person_id, Record.verb == verb, Record.document_id == document_id
    )
    return len(session().scalars(found).all())


def in_one(work, *args, **more):
    with transaction():
        return work(*args, **more)


def a_course(trainer, second):
    name, path = {"quiz": ("小测", "../quizzes/two.md"), "task": ("旁听", "two.md")}[second]
    a_document(trainer, a_lesson_text(), kind="lesson", slug="one")
    if second == "quiz":
        a_document(trainer, a_quiz_text(), kind="quiz", slug="two")
    else:
        a_task(trainer, "two", by="带教")
    return a_document(trainer, COURSE.format(name=name, path=path), kind="course", slug="base")


@pytest.mark.parametrize("second", ["quiz", "task"])
def test_the_last_two_items_finished_at_once_complete_the_course_once(fresh, second):
    with fresh.app_context():
        trainer = a_trainer()
        course = a_course(trainer, second).id
        for _ in range(rounds(fresh, 5, 20)):
            person = a_person(Role.AGENT)
            learner = as_actor(person)
            owes(trainer, session().get_one(Document, course), person)
            read = lambda me=learner: in_one(reading.complete, me, "lesson", "one", number=2)  # noqa: E731
            if second == "quiz":
                attempt = begun(learner, "two")
                answered_right(learner, attempt)
                finish = lambda me=learner, it=attempt: in_one(quizzes.submit, me, it)  # noqa: E731
            else:
                with transaction():
                    work = tasks.hand_in(learner, "two", ticked=[0, 1], evidence="听了", version=None)
                    work_id, version = work.id, work.version
                finish = lambda it=work_id, v=version: in_one(confirm.confirm, trainer, it, version=v)  # noqa: E731
            found = at_once(fresh, read, finish)
            assert not [each for each in found if isinstance(each, Exception)], found
            assert lines(person.id, Verb.COMPLETED, course) == 1
        assert log.verify().problems == ()


def test_fifty_starts_at_once_begin_one_attempt(fresh):
    with fresh.app_context():
        a_document(a_trainer(), a_quiz_text(), kind="quiz", slug="two")
        learner = as_actor(a_person(Role.AGENT))
        many = 50 if db.engine.dialect.name == "sqlite" else 20
        found = at_once(fresh, *[lambda: in_one(quizzes.start, learner, "two")] * many)
        assert not [each for each in found if isinstance(each, Exception)], found
        assert len({each.public_id for each in found}) == 1
        assert sum(each.created for each in found) == 1
        assert len(session().scalars(select(Attempt.id)).all()) == 1


def test_twenty_submits_at_once_make_one_result(fresh):
    with fresh.app_context():
        document = a_document(a_trainer(), a_quiz_text(), kind="quiz", slug="two").id
        learner = as_actor(a_person(Role.AGENT))
        attempt = begun(learner, "two")
        answered_right(learner, attempt)
        found = at_once(fresh, *[lambda: in_one(quizzes.submit, learner, attempt)] * 20)
        assert sorted(found) == [False] * 19 + [True]
        assert lines(learner.id, Verb.GRADED, document) == 1


def test_an_answer_and_the_handing_in_at_once_leave_what_was_marked(fresh):
    """An answer that was acknowledged was marked; one that came too late was refused."""
    with fresh.app_context():
        a_document(a_trainer(), a_quiz_text(), kind="quiz", slug="two")
        for _ in range(rounds(fresh, 5, 10)):
            learner = as_actor(a_person(Role.AGENT))
            attempt = begun(learner, "two")
            right = right_value(paper(learner, attempt)["q1"])
            saved, _ = at_once(
                fresh,
                lambda me=learner, it=attempt, value=right: in_one(quizzes.save_answer, me, it, "q1", value, 1),
                lambda me=learner, it=attempt: in_one(quizzes.submit, me, it),
            )
            row = (
                session()
                .execute(
                    select(AttemptItem.value, AttemptItem.earned, Attempt.earned.label("whole"))
                    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
                    .where(Attempt.public_id == attempt)
                )
                .one()
            )
            assert (row.value is not None) == (not isinstance(saved, Exception))
            assert row.earned == row.whole
            assert bool(row.earned) == (row.value is not None)


def test_two_who_confirm_one_task_at_once_leave_one_line(fresh):
    with fresh.app_context():
        first, second = a_trainer(), a_trainer()
        document = a_task(first, "two", by="带教").id
        for _ in range(rounds(fresh, 3, 10)):
            learner = as_actor(a_person(Role.AGENT))
            with transaction():
                work = tasks.hand_in(learner, "two", ticked=[0, 1], evidence="听了", version=None)
                work_id, version = work.id, work.version
            found = at_once(
                fresh,
                *(
                    lambda me=me, it=work_id, v=version: in_one(confirm.confirm, me, it, version=v)
                    for me in (first, second)
                ),
            )
            assert [type(each) for each in found].count(Conflict) == 1
            assert lines(learner.id, Verb.CONFIRMED, document) == 1
            decided = session().scalar(select(TaskWork.decided_by).where(TaskWork.id == work_id))
            assert decided == [first, second][0 if isinstance(found[1], Conflict) else 1].id


def test_publishing_and_starting_at_once_leave_a_paper_of_one_version(fresh):
    """The open attempt keeps its questions and its revision; the new version is for the next attempt."""
    with fresh.app_context():
        trainer = a_trainer()
        quiz = a_document(trainer, a_quiz_text(), kind="quiz", slug="two")
        learner = as_actor(a_person(Role.AGENT))
        attempt = begun(learner, "two")
        before = paper_rows(attempt)
        changed = a_quiz_text("### 现在是几天？\n1. [x] 九天\n2. [ ] 八天")
        with transaction():
            draft = content.save_draft(trainer, quiz.id, quiz.published_id, changed).revision_id
        published, saved = at_once(
            fresh,
            lambda: in_one(content.publish, trainer, quiz.id, draft),
            lambda: in_one(quizzes.save_answer, learner, attempt, "q1", "o1", 1),
        )
        assert not isinstance(published, Exception)
        assert saved.changed
        assert paper_rows(attempt) == before
        edited(trainer, session().get_one(Document, quiz.id), changed.replace("九天", "十天"))
        assert paper_rows(attempt) == before
        assert in_one(quizzes.submit, learner, attempt)


def paper_rows(public_id):
    """Return what was drawn and frozen."""
    return session().execute(
        select(
            Attempt.revision_id, Attempt.possible, Attempt.deadline_at, Attempt.limits,
            AttemptItem.part_version_sha, AttemptItem.option_order, AttemptItem.points,
        )
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.public_id == public_id)
        .order_by(AttemptItem.position)
    ).all()  # fmt: skip


def test_an_import_whose_button_is_pressed_twice_makes_its_drafts_once(fresh):
    with fresh.app_context():
        person = a_person(Role.TRAINER)
        session().commit()
        browsers = [fresh.test_client() for _ in range(3)]
        for each in browsers:
            sign_in(each, person)
        sheet = xlsx_bytes("问答", ["问题", "答案"], [["几天能退？", "七天。"], ["怎么换？", "先看库存。"]])
        page = send(browsers[0], "/studio/import", file=(io.BytesIO(sheet), "问答.xlsx")).text
        key = re.search(r'name="key" value="([0-9a-f]{64})"', page)[1]
        tokens = [token(each, "/studio/import") for each in browsers]

        def press(browser, csrf):
            form = {"csrf_token": csrf, "key": key, "name": "问答.xlsx", "kind": "article"}
            return browser.post("/studio/import/apply", data=form).status_code

        answers = at_once(fresh, *(partial(press, *each) for each in zip(browsers, tokens, strict=True)))
        assert answers == [303, 303, 303]
        assert session().scalar(select(func.count()).select_from(Document)) == 2


def pressed(app, role, address, page, /, **values):
    """Send the same form from three browsers of one person at the same moment; return what each was answered."""
    person = a_person(role)
    session().commit()
    browsers = [app.test_client() for _ in range(3)]
    for each in browsers:
        sign_in(each, person)
    tokens = [token(each, page) for each in browsers]

    def press(browser, csrf):
        return browser.post(address, data={"csrf_token": csrf, **values}).status_code

    return sorted(at_once(app, *(partial(press, *each) for each in zip(browsers, tokens, strict=True))))


def test_the_first_name_of_the_company_is_written_once(fresh):
    with fresh.app_context():
        named = {"company": "云集客服", "help_line": "8000", "name": "管理员"}
        assert pressed(fresh, Role.ADMIN, "/setup/company", "/setup/company", **named) == [302, 302, 302]
        assert session().scalars(select(Installation.company)).all() == ["云集客服"]


def test_a_document_that_is_copied_three_times_at_once_is_copied_once_and_the_others_are_told(fresh):
    with fresh.app_context():
        a_document(a_trainer(), slug="one")
        page = "/studio/article/one/duplicate"
        answers = pressed(fresh, Role.TRAINER, page, page, title="副本", slug="two")
        assert answers[0] == 303
        assert set(answers[1:]) <= {409, 503}
        assert session().scalar(select(func.count()).select_from(Document)) == 2


def test_a_file_that_is_taken_away_three_times_at_once_is_gone_once(fresh):
    with fresh.app_context():
        a_document(trainer := a_trainer(), slug="one")
        with transaction():
            path = attachments.attach(trainer, "kb_content/one.md", "图.png", a_picture()).path
        page = "/studio/article/one/files"
        assert pressed(fresh, Role.TRAINER, f"{page}/remove", page, path=path) == [303, 404, 404]
