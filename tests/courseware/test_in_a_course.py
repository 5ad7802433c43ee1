"""A package among the other items of a course: owed, locked, done, counted, excused and asked for again as they are."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from lms.accounts.models import Person
from lms.assignments import actions as duties
from lms.assignments.queries import duties as owed
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict
from lms.core.here import today
from lms.courseware.actions.studying import Locked
from lms.courseware.spec import DoneWhen
from lms.learning.actions import reading
from lms.records.models import Standing
from lms.reports import queries as reports
from lms.reports.queries import Filter
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_content import a_document, edited
from tests.support.make_courseware import courseware, one_page
from tests.support.make_learning import a_lesson, owes
from tests.support.make_rules import duty_of
from tests.support.pages import send
from tests.support.taking_courseware import Taker

PLAN = """---
类型: 培训计划
---
# 新员工入职培训

## 认识
`第1-2天`

- [杯壶与定制](cups.md) `第1天`
- [退换货沟通](speaking.md) `第2天` `40分钟`

## 上线
`第3-4天` `需完成:认识`

- [说清楚时效](times.md) `第3天`
- [售后三步](steps.md) `第4天` `选修`
"""
COURSE = """---
类型: 课程
---
# 退换货

## 内容
1. [杯壶与定制](cups.md)
2. [退换货沟通](speaking.md)
3. [售后三步](steps.md) `选修`
"""
PASSED = {"cmi__core__score__raw": "90", "cmi__core__lesson_status": "passed"}


class School:
    """A trainer, an agent, two lessons, two packages and what is made of them."""

    def __init__(self):
        self.trainer = as_actor(a_person(Role.TRAINER))
        self.team = a_team("红组")
        self.person = a_person(Role.AGENT, team=self.team, name="林小满")
        self.actor = as_actor(self.person)
        self.lead = as_actor(a_person(Role.LEAD, team=self.team))
        self.cups = a_lesson(self.trainer, "cups")
        self.times = a_lesson(self.trainer, "times", title="说清楚时效")
        self.talk = courseware(self.trainer, slug="speaking")
        self.steps = courseware(self.trainer, one_page("1"), slug="steps", title="售后三步", done_when=DoneWhen())

    def given(self, text, kind, slug):
        """Give a plan or a course with this text to the agent; return it."""
        self.goal = a_document(self.trainer, text, kind=kind, slug=slug)
        self.duty_id = owes(self.trainer, self.goal, self.person)
        return self

    def states(self):
        session().expire_all()
        return [(each.slug, str(each.state)) for each in owed(self.person.id, today())]

    def item(self, slug="speaking"):
        return next(each.item for each in owed(self.person.id, today()) if each.slug == slug)

    def reads(self, slug):
        number = content.open_published(self.actor, "lesson", slug).number
        with transaction():
            reading.complete(self.actor, "lesson", slug, number=number)

    @property
    def taker(self):
        return Taker(self.actor, self.talk, "speaking")

    def passes(self):
        self.taker.opens().says(finish=True, **PASSED)


@pytest.fixture
def plan(world):
    return School().given(PLAN, "curriculum", "onboarding")


@pytest.fixture
def course(world):
    return School().given(COURSE, "course", "returns-course")


def test_it_is_owed_in_its_place_with_its_day_its_length_and_whether_it_is_required(plan):
    found = [(each.slug, each.kind, each.item.minutes, each.item.required) for each in owed(plan.person.id, today())]
    assert found == [
        ("cups", "lesson", 12, True),
        ("speaking", "scorm", 40, True),
        ("times", "lesson", 12, True),
        ("steps", "scorm", 15, False),
    ]
    assert [plan.item(slug).due_on for slug in ("cups", "speaking", "steps")] == [
        today(), today() + timedelta(days=1), today() + timedelta(days=3),
    ]  # fmt: skip


def test_it_waits_for_what_stands_before_it_and_says_for_what(plan, client):
    assert plan.states()[1] == ("speaking", "locked")
    with pytest.raises(Locked, match="要先完成"):
        plan.taker.opens()
    sign_in(client, plan.person)
    page = client.get("/courseware/speaking").text
    assert "要先完成“杯壶与定制”" in page
    assert "开始学习" not in page
    plan.reads("cups")
    assert plan.states()[:2] == [("cups", "done"), ("speaking", "open")]
    plan.taker.opens()
    assert plan.states()[1] == ("speaking", "started")


def test_what_comes_after_opens_only_when_the_package_is_done(plan):
    plan.reads("cups")
    taker = plan.taker.opens()
    taker.says(cmi__core__lesson_status="incomplete")
    assert plan.states()[2:] == [("times", "locked"), ("steps", "locked")]
    taker.says(**PASSED)
    assert plan.states() == [("cups", "done"), ("speaking", "done"), ("times", "open"), ("steps", "locked")]


def test_failed_it_still_holds_up_the_next_stage(plan):
    plan.reads("cups")
    plan.taker.opens().says(cmi__core__score__raw="10", cmi__core__lesson_status="failed", finish=True)
    assert plan.states()[1:3] == [("speaking", "started"), ("times", "locked")]


def test_what_was_late_stays_open_and_is_done_all_the_same(plan):
    plan.reads("cups")
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert plan.states()[1] == ("speaking", "overdue")
        plan.passes()
        assert plan.states()[1] == ("speaking", "done")


def test_the_required_ones_complete_the_course_and_the_optional_one_is_not_missed(course):
    course.reads("cups")
    assert duty_of(course.person, course.goal).state == "open"
    course.passes()
    duty = duty_of(course.person, course.goal)
    assert (duty.state, duty.done_items, duty.total_items) == ("done", 2, 2)
    assert session().get(Standing, (course.person.id, course.goal.id)).state == "done"


def test_the_report_counts_it_and_shows_it_in_the_record_of_the_person(course, client):
    course.reads("cups")
    wanted = Filter(document_id=course.goal.id)
    assert (reports.summary(course.lead, wanted).done, reports.lines(course.lead, wanted)[0].done) == (0, 1)
    course.passes()
    assert reports.summary(course.lead, wanted).done == 1
    sign_in(client, session().get_one(Person, course.lead.id))
    assert "退换货沟通" in client.get(f"/reports/person/{course.person.employee_no}").text


def test_its_day_stands_in_the_calendar_of_the_person_until_it_is_done(plan, client):
    sign_in(client, plan.person)
    page = send(client, "/me/calendar", do="make", with_titles="1").text
    address = page.split('readonly value="http://localhost')[1].split('"')[0]

    def days():
        found = Calendar.from_ical(client.get(address).data).walk("VEVENT")
        return {event.decoded("dtstart") for event in found}

    plan.reads("cups")
    assert today() + timedelta(days=1) in days()
    plan.passes()
    assert today() + timedelta(days=1) not in days()


def test_who_is_excused_owes_nothing_and_who_is_asked_again_owes_it_again(course):
    with transaction():
        duties.exempt(course.lead, [course.duty_id], category="leave", reason="产假回来再说")
    assert {state for _, state in course.states()} == {"exempt"}
    with transaction():
        duties.end_exemption(course.lead, [course.duty_id])
    assert course.states()[0] == ("cups", "open")
    course.reads("cups")
    course.passes()
    assert duty_of(course.person, course.goal).state == "done"


def test_what_was_learned_elsewhere_can_be_recognised_with_the_package_in_it(course):
    with transaction():
        duties.credit(course.lead, [course.duty_id], "去年在总部学过，有证书")
    assert duty_of(course.person, course.goal).state == "done"


def again(school):
    """Give the same course once more, as the next quarter does; what was done before does not count for it."""
    with transaction():
        duties.assign(school.trainer, [school.person.id], school.goal.id, occasion="cycle:2", starts_on=today())
    session().expire_all()


def items_again(school):
    found = [each for each in owed(school.person.id, today()) if each.goal_open and each.slug == "speaking"]
    return [str(each.state) for each in found]


def test_given_again_it_has_to_be_taken_again(course):
    course.reads("cups")
    course.passes()
    with clock.frozen(clock.now() + timedelta(days=90)):
        again(course)
        assert items_again(course) == ["open"]
        course.taker.opens(again=True).says(finish=True, **PASSED)
        assert items_again(course) == ["done"]


def test_the_tries_of_an_earlier_time_are_not_counted_when_it_is_given_again(world, client):
    school = School()
    school.talk = courseware(school.trainer, slug="once/speaking", attempts=1)
    text = COURSE.replace("speaking.md", "once/speaking.md").replace("1. [杯壶与定制](cups.md)\n", "")
    school.given(text, "course", "returns-course")
    taker = Taker(school.actor, school.talk, "once/speaking")
    taker.opens().says(finish=True, **PASSED)
    with pytest.raises(Conflict, match="最多学"):
        taker.opens(again=True)
    with clock.frozen(clock.now() + timedelta(days=90)):
        again(school)
        sign_in(client, school.person)
        assert "还剩 1 次" in client.get("/courseware/once/speaking").text
        taker.opens(again=True).says(cmi__core__score__raw="0", cmi__core__lesson_status="failed", finish=True)
        with pytest.raises(Conflict, match="最多学"):
            taker.opens(again=True)


def test_an_item_that_joins_a_course_later_is_owed_by_who_is_in_the_middle_of_it(world):
    school = School().given(COURSE.replace("2. [退换货沟通](speaking.md)\n", ""), "course", "returns-course")
    edited(school.trainer, school.goal, COURSE)
    session().expire_all()
    assert [slug for slug, _ in school.states()] == ["cups", "speaking", "steps"]


def test_the_first_screen_leads_to_the_package_and_the_package_on_to_what_is_next(course, client):
    course.reads("cups")
    sign_in(client, course.person)
    assert 'href="/courseware/speaking"' in client.get("/").text
    course.passes()
    page = client.get("/courseware/speaking").text
    assert 'href="/courseware/steps"' in page
    assert "下一项：售后三步" in page
    assert 'href="/learn/course/returns-course"' in page


def test_the_last_of_what_is_due_leads_back_to_today(plan, client):
    plan.reads("cups")
    plan.passes()
    sign_in(client, plan.person)
    assert "回到今天" in client.get("/courseware/speaking").text


def test_a_trainer_finds_it_where_courses_are_made_and_given(course, client):
    sign_in(client, session().get_one(Person, course.trainer.id))
    for address in ("/studio/course/returns-course/edit?view=form", "/studio/scorm/speaking/edit"):
        assert client.get(address).status_code == 200
    assert '<option value="scorm">课件</option>' in client.get("/studio/course/returns-course/edit?view=form").text
    assert 'value="scorm:speaking"' in client.get("/assign").text
