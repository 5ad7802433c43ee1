"""The catalogue and the suggestions, and the pages of what people choose and say themselves."""

from datetime import timedelta

import pytest

from lms.assignments import actions as duties
from lms.assignments.actions.choice import give_up
from lms.assignments.models import Assignment, AssignmentItem
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.learning.actions import ideas, offers
from lms.learning.models import Seat, SurveyAnswer, TrainingIdea
from lms.learning.queries import ideas as reading_ideas
from lms.learning.queries import offers as reading
from lms.notifications.models import Notice
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer
from tests.support.make_learning import a_lesson
from tests.support.make_sessions import NOON, a_session, an_offer, completed, enrolled
from tests.support.pages import send

COURSE = "---\n类型: 课程\n时长: 1小时\n---\n# 售后基础\n\n## 内容\n1. [课时](cups.md)\n"


@pytest.fixture(autouse=True)
def _still():
    with clock.frozen(NOON):
        yield


def a_course(**more):
    trainer = a_trainer()
    a_lesson(trainer, "cups")
    course = a_document(trainer, COURSE, kind="course", slug="base")
    an_offer(trainer, course, **more)
    return course


def agent():
    return a_person(Role.AGENT)


def chosen(person, course):
    with transaction():
        return offers.choose(as_actor(person), course.id)


def left(person, course):
    with transaction():
        return give_up(as_actor(person), course.id)


def line(person):
    [found] = reading.offered(as_actor(person))
    return found


def test_enrolling_is_a_duty_with_the_days_that_the_offer_gives(world):
    course, person = a_course(days=14), agent()
    assert chosen(person, course) == chosen(person, course)
    duty = session().query(Assignment).one()
    assert (duty.person_id, duty.document_id, duty.due_on is not None) == (person.id, course.id, True)
    assert (line(person).state, line(person).chosen) == ("owed", True)


def test_leaving_before_anything_is_begun_ends_the_duty_and_one_may_come_again(world):
    course, person = a_course(), agent()
    chosen(person, course)
    assert left(person, course) is True
    assert line(person).state == ""
    chosen(person, course)
    assert line(person).state == "owed"


def test_who_owes_it_for_another_reason_too_goes_on_owing_it(world):
    course, person, trainer = a_course(), agent(), a_trainer()
    chosen(person, course)
    with transaction():
        duties.assign(trainer, [person.id], course.id)
    assert left(person, course) is False
    assert (line(person).state, line(person).chosen) == ("owed", False)


def test_what_is_begun_or_was_not_chosen_can_not_be_left(world):
    course, person, other = a_course(), agent(), agent()
    with pytest.raises(NotFound):
        left(other, course)
    chosen(person, course)
    lesson = session().query(Assignment).one()
    with transaction():
        duties.opened(person.id, reading_item(lesson.id))
    with pytest.raises(Conflict):
        left(person, course)


def reading_item(assignment_id):
    return session().query(AssignmentItem.document_id).filter_by(assignment_id=assignment_id).first()[0]


def test_what_is_done_is_not_chosen_again_and_what_is_not_offered_is_not_there(world):
    course, person, trainer = a_course(), agent(), a_trainer()
    completed(person, course)
    with pytest.raises(Conflict):
        chosen(person, course)
    assert line(person).state == "done"
    with transaction():
        offers.withdraw(trainer, course.id)
    with pytest.raises(NotFound):
        chosen(agent(), course)


def test_an_offer_needs_a_category_and_sensible_days(world):
    course, trainer = a_course(), a_trainer()
    with pytest.raises(Invalid) as refused, transaction():
        offers.offer(trainer, course.id, category="fun", days=0)
    assert set(refused.value.fields) == {"category", "days"}


# suggestions


def suggested(person, words="想要一次快递交涉的课", **more):
    with transaction():
        return ideas.suggest(as_actor(person), words, **more).public_id


def test_an_anonymous_suggestion_keeps_neither_its_author_nor_its_day(world):
    a_trainer()
    suggested(agent(), anonymous=True)
    kept = session().query(TrainingIdea).one()
    assert (kept.person_id, kept.made_at) == (None, NOON - timedelta(days=1, hours=12))
    assert session().query(Notice).count() == 1, "the trainer, and nobody else"


def test_author_and_supporters_are_told_of_the_answer(world):
    author, other, trainer = agent(), agent(), a_trainer()
    name = suggested(author)
    for _ in range(2):
        with transaction():
            ideas.support(as_actor(other), name, wanted=True)
    assert reading_ideas.ideas(trainer, "")[0].supporters == 1
    with transaction():
        ideas.answer(trainer, name, state="planned", words="下个月安排")
    told = {notice.person_id for notice in session().query(Notice) if "有答复了" in notice.sentence["id"]}
    assert told == {author.id, other.id}


def test_nobody_supports_their_own_and_an_answer_needs_words(world):
    author, trainer = agent(), a_trainer()
    name = suggested(author)
    with pytest.raises(Conflict), transaction():
        ideas.support(as_actor(author), name, wanted=True)
    with pytest.raises(Invalid), transaction():
        ideas.answer(trainer, name, state="declined", words=" ")


# pages


def test_an_agent_enrols_in_the_catalogue_and_leaves_again_on_the_page(world, client):
    course, person = a_course(words="处理过退换货的人"), agent()
    sign_in(client, person)
    assert "处理过退换货的人" in client.get("/catalogue").text
    assert send(client, "/catalogue", document=course.id, do="choose").status_code == 303
    assert "已选" in client.get("/catalogue").text
    send(client, "/catalogue", document=course.id, do="leave")
    assert session().query(Assignment).one().state == "withdrawn"


def test_a_session_is_planned_enrolled_in_and_signed_in_to_on_its_pages(world, client):
    trainer, person = a_trainer(), agent()
    row = a_session(trainer)
    sign_in(client, person)
    page = f"/sessions/{row.public_id}"
    assert send(client, page, do="enrol").status_code == 303
    assert "已报名" in client.get("/sessions").text
    with clock.frozen(row.starts_at):
        assert client.get(f"{page}/check-in?code={row.code}").status_code == 200
        assert session().query(Seat).one().state == "enrolled", "looking changes nothing"
        send(client, f"{page}/check-in", page=f"{page}/check-in?code={row.code}", code=row.code)
    session().expire_all()
    assert session().query(Seat).one().state == "attended"


def test_a_trainer_notes_who_came_and_closes_on_the_page(world, client):
    trainer = a_person(Role.TRAINER)
    person = agent()
    row = a_session(as_actor(trainer))
    enrolled(row, person)
    sign_in(client, trainer)
    page = f"/sessions/{row.public_id}"
    with clock.frozen(row.ends_at):
        assert "等您记到场" in client.get("/sessions").text
        send(client, f"{page}/attendance", page=page, do="close", **{f"state-{person.id}": "attended"})
        assert "已结束：1 人到场" in client.get(page).text
    assert client.get(f"{page}/sheet").status_code == 200


def test_who_finished_a_course_is_asked_on_its_page_and_answers_there(world, client):
    course, person = a_course(), agent()
    completed(person, course)
    sign_in(client, person)
    page = f"/surveys/course-feedback?about={course.id}"
    assert "不记名" in client.get(page).text
    answer = {"q-useful": "5", "q-clear": "4", "q-length": "1"}
    assert send(client, "/surveys/course-feedback", page=page, about=course.id, do="answer").status_code == 422
    assert send(client, "/surveys/course-feedback", page=page, about=course.id, **answer).status_code == 303
    assert session().query(SurveyAnswer).one().person_id is None


def test_the_api_tells_sessions_seen_and_own_ones(world, client):
    row, person = a_session(a_trainer(), places=3), agent()
    enrolled(row, person)
    sign_in(client, person)
    [seen] = client.get("/api/v1/sessions").json["items"]
    assert (seen["id"], seen["places"], seen["taken"], seen["seat"]) == (row.public_id, 3, 1, "enrolled")
    [own] = client.get("/api/v1/me/sessions").json["items"]
    assert (own["seat"], own["teaching"], own["cancelled"]) == ("enrolled", False, False)
    assert client.get("/api/v1/sessions?past=true").json["items"] == []
