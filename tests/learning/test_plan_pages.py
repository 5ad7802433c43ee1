"""Plans: the strip of days, the stages, what comes next, and the pages that show them."""

from datetime import UTC, date, datetime, timedelta

from flask.testing import FlaskClient

from lms.assignments.rules import Item
from lms.core.access import Role
from lms.core.db import transaction
from lms.learning.actions import reading
from lms.learning.rules import plan
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer
from tests.support.make_learning import a_curriculum, a_lesson, a_task, owes

MONDAY = date(2026, 11, 16)


def an_item(position: int, day: int | None, *, done: bool = False, stage: int = 0, purpose: str = "complete") -> Item:
    return Item(
        assignment_id=1,
        position=position,
        document_id=position,
        purpose=purpose,
        container_id=None,
        stage=stage,
        stage_name=f"阶段{stage}",
        after_stage=None,
        in_order=False,
        required=True,
        minutes=10,
        day=day,
        due_on=MONDAY + timedelta(days=day - 1) if day else None,
        opened_at=None,
        done_at=datetime(2026, 11, 16, tzinfo=UTC) if done else None,
        exempt=False,
        waits_for_others=False,
    )


def test_a_day_is_done_now_late_or_open():
    items = [an_item(0, 1, done=True), an_item(1, 2), an_item(2, 3), an_item(3, 4)]
    days = plan.strip(items, MONDAY + timedelta(days=2))
    assert [day.state for day in days] == ["done", "late", "now", "open"]
    assert plan.day_number(days, MONDAY + timedelta(days=2)) == 3


def test_before_the_first_day_it_is_day_nought():
    assert plan.day_number(plan.strip([an_item(0, 1)], MONDAY - timedelta(days=3)), MONDAY - timedelta(days=3)) == 0


def test_a_day_on_which_nothing_is_due_is_counted_too():
    days = plan.strip([an_item(0, 1), an_item(1, 3)], MONDAY + timedelta(days=2))
    assert plan.day_number(days, MONDAY + timedelta(days=2)) == 3


def test_a_stage_waits_for_its_sign_off_once_all_else_is_done():
    items = [an_item(0, 1, done=True), an_item(1, None, purpose="sign_off")]
    stage = plan.stages(items)[0]
    assert (stage.done, stage.total, stage.sign_off, stage.state) == (1, 1, "ready", "now")


def test_idle_days_are_rostered_ones_between_the_last_deed_and_today():
    worked = [MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)]
    assert plan.idle_days(MONDAY, MONDAY, worked, MONDAY + timedelta(days=5)) == 2
    assert plan.idle_days(None, MONDAY, worked, MONDAY + timedelta(days=1)) == 1
    assert plan.idle_days(MONDAY, MONDAY, worked, MONDAY + timedelta(days=1)) == 0


def test_courses_without_anything_to_learn_says_what_will_be_here(client: FlaskClient):
    sign_in(client, a_person(Role.AGENT))
    assert "现在没有要学的课程" in client.get("/courses").get_data(as_text=True)


def a_new_hire():
    trainer = a_trainer()
    a_lesson(trainer, "cups")
    a_lesson(trainer, "steel", title="小家电", checks=False)
    a_task(trainer)
    person = a_person(Role.AGENT)
    goal = a_curriculum(trainer, [("认识公司", [("cups", 1), ("steel", 1)]), ("产品", [("shadowing", 2)])])
    owes(trainer, goal, person)
    return trainer, person


def test_a_curriculum_shows_its_day_stages_and_what_comes_next(client: FlaskClient):
    _, person = a_new_hire()
    sign_in(client, person)
    page = client.get("/learn/curriculum/onboarding").get_data(as_text=True)
    assert "第1天" in page
    assert "共2天" in page
    assert "已完成 0/5 项" in page
    assert 'href="/learn/lesson/cups"' in page
    assert "还没开放" in page


def test_the_courses_page_leads_on_with_one_button(client: FlaskClient):
    _, person = a_new_hire()
    sign_in(client, person)
    page = client.get("/courses").get_data(as_text=True)
    assert "新员工入职培训" in page
    assert page.count("btn-primary") == 1


def test_after_a_lesson_comes_the_next_one_of_the_day(client: FlaskClient):
    _, person = a_new_hire()
    sign_in(client, person)
    page = client.get("/learn/lesson/cups").get_data(as_text=True)
    assert "读完了，下一课" in page
    assert 'value="/learn/lesson/steel"' in page


def test_a_curriculum_that_is_not_owed_is_shown_without_progress(client: FlaskClient):
    a_new_hire()
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/learn/curriculum/onboarding").get_data(as_text=True)
    assert "没有分配给你" in page


def test_a_course_shows_what_was_done_and_what_is_next(client: FlaskClient):
    trainer = a_trainer()
    a_lesson(trainer, "c/cups")
    a_lesson(trainer, "c/steel", title="小家电", checks=False)
    text = "---\n类型: 课程\n---\n# 产品知识\n\n## 内容\n1. [杯壶](cups.md)\n2. [小家电](steel.md)\n"
    a_document(trainer, text, kind="course", slug="c/course")
    person = a_person(Role.AGENT)
    with transaction():
        reading.complete(as_actor(person), "lesson", "c/cups", number=2)
    sign_in(client, person)
    page = client.get("/learn/course/c/course").get_data(as_text=True)
    assert "已完成 1/2 项" in page
    assert 'btn btn-primary" href="/learn/lesson/c/steel"' in page


def test_plan_pages_take_at_most_twelve_statements(client: FlaskClient, statements: list[str]):
    _, person = a_new_hire()
    sign_in(client, person)
    for path in ("/courses", "/learn/curriculum/onboarding", "/learn/task/shadowing"):
        client.get(path)
        statements.clear()
        client.get(path)
        assert len(statements) <= 12, (path, statements)
