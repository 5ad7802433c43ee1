"""A new lesson beside its course: a draft of its own, and a line in the course."""

import pytest
from sqlalchemy import select

from lms.content import queries
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document
from tests.support.make_learning import a_lesson
from tests.support.pages import token

COURSE = "---\n类型: 课程\n---\n# 杯壶\n\n## 内容\n1. [杯壶与定制](01-cups.md)\n"
ADDRESS = "/studio/course/c/course/new-lesson"


@pytest.fixture
def course(world):
    trainer = a_person(Role.TRAINER)
    a_lesson(as_actor(trainer), "c/01-cups")
    made = a_document(as_actor(trainer), COURSE, kind="course", slug="c/course")
    client = world.test_client()
    sign_in(client, trainer)
    return made, client


def asked(client, made, title, base_revision=None, **headers):
    base = str(made.published_id) if base_revision is None else base_revision
    values = {"csrf_token": token(client, "/studio/new"), "markdown": COURSE, "base_revision": base}
    return client.post(ADDRESS, data={**values, "new-lesson": title}, headers=headers)


def test_without_script_the_course_is_saved_with_its_new_lesson(course):
    made, client = course
    assert asked(client, made, "怎么刻字？").status_code == 303
    assert queries.text(session().get_one(Document, made.id).draft_id) == COURSE + "2. [怎么刻字？](02-怎么刻字.md)\n"
    lesson = session().scalar(select(Document).where(Document.kind == "lesson", Document.state == "draft"))
    assert queries.text(lesson.draft_id).split("\n")[1] == "类型: 课时"


def test_the_script_gets_the_path_and_links_to_it_itself(course):
    made, client = course
    answer = asked(client, made, "Engraving & gifts", Accept="application/json")
    assert answer.get_json()["path"] == "courses/c/02-engraving-gifts.md"
    assert session().get_one(Document, made.id).draft_id is None


@pytest.mark.parametrize("base", ["9" * 30, "9" * 5_000, "²", ""])
def test_a_course_saved_on_a_version_that_can_not_be_replaces_nothing(course, base):
    made, client = course
    assert asked(client, made, "怎么刻字？", base_revision=base).status_code == 303
    assert session().get_one(Document, made.id).draft_id is None


def test_a_lesson_without_a_title_is_refused(course):
    made, client = course
    answer = asked(client, made, "  ", Accept="application/json")
    assert (answer.status_code, answer.get_json()["error"]) == (422, "请写新课时的标题。")
