"""A curriculum reaches the new hires of its position whichever of the two was there first."""

from datetime import timedelta

import pytest

from lms.assignments import queries
from lms.core.here import today
from tests.support.make import a_person, a_team
from tests.support.make_content import a_document, a_lesson_text, a_trainer, edited


def plan(*positions):
    front = f"岗位: [{'、'.join(positions)}]\n" if positions else ""
    return f"---\n类型: 培训计划\n{front}时长: 15分钟\n---\n# 入职\n\n## 第一段\n`第1-1天`\n\n- [课](one.md) `第1天`\n"


def hired(days_ago, position="客服专员"):
    return a_person(team=a_team(), position=position, hired_on=today() - timedelta(days=days_ago))


def owes(person):
    return bool(queries.duties(person.id, today()))


@pytest.fixture
def trainer(world):
    trainer = a_trainer()
    a_document(trainer, a_lesson_text(), kind="lesson", slug="in/one")
    return trainer


def test_those_who_were_hired_before_it_get_it_when_it_is_published(trainer):
    new, other = hired(3), hired(3, "质检")
    a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    assert (owes(new), owes(other)) == (True, False)


def test_staff_of_long_standing_are_not_sent_back_to_school(trainer):
    last, old = hired(60), hired(61)
    a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    assert (owes(last), owes(old)) == (True, False)


def test_a_new_version_gives_it_only_to_a_position_that_is_new_in_it(trainer):
    made = a_document(trainer, plan("客服专员"), kind="curriculum", slug="in/plan")
    late, guard = hired(3), hired(3, "质检")
    edited(trainer, made, plan("客服专员") + "\n再说一句。\n")
    assert owes(late) is False
    edited(trainer, made, plan("客服专员", "质检"))
    assert (owes(late), owes(guard)) == (False, True)


def test_a_curriculum_for_nobody_is_given_to_nobody(trainer):
    new = hired(3)
    a_document(trainer, plan(), kind="curriculum", slug="in/plan")
    assert owes(new) is False
